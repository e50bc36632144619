import { type Edge, type Graph, graphLines, graphOf, NODE, type Node as Place } from '../graph-layout.ts';
import type { HeldMounts } from '../held-mounts.ts';
import { counted } from '../words.ts';
import { type Child, html, svg } from './element.ts';

const COLUMNS = ['Stuck container', 'Mount', 'Mount namespace', 'Held by'] as const;
const HEAD = 30;

/** Who holds what, drawn, and the same in words; nothing where nothing is held. */
export function graph(held: readonly HeldMounts[]): Child {
  if (held.length === 0) return undefined;
  const drawn = graphOf(held);
  const lines = graphLines(held);
  return html(
    'figure',
    { class: 'graph' },
    // What is wider than the window can be scrolled by keys, too.
    html(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Who holds what, drawn' },
      drawing(drawn, lines),
    ),
    drawn.left === 0 ? undefined : html('p', { class: 'quiet' }, `Not drawn: ${counted(drawn.left, 'more mount')}.`),
    html(
      'details',
      {},
      html('summary', {}, 'The same in words'),
      html('ul', { class: 'lines' }, ...lines.map((line) => html('li', {}, line))),
    ),
  );
}

function drawing({ nodes, edges, width, height }: Graph, lines: readonly string[]): SVGSVGElement {
  const size = { width: width + 2, height: height + HEAD + 2, viewBox: `-1 -1 ${width + 2} ${height + HEAD + 2}` };
  return svg(
    'svg',
    { ...size, role: 'img', 'aria-label': lines.slice(0, 3).join('. ') },
    COLUMNS.map((title, i) =>
      svg('text', { class: 'column', x: nodes.find(({ column }) => column === i)?.x ?? 0, y: 14 }, title),
    ),
    svg('g', { transform: `translate(0 ${HEAD})` }, edges.map(curve), nodes.map(box)),
  );
}

function curve({ from, to, refused }: Edge): SVGPathElement {
  const [x1, y1, x2, y2] = [from.x + NODE.width, from.y + NODE.height / 2, to.x, to.y + NODE.height / 2];
  const middle = (x1 + x2) / 2;
  const d = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  return svg('path', { class: refused ? 'edge refused' : 'edge', d });
}

function box({ column, title, note, x, y }: Place): SVGGElement {
  return svg(
    'g',
    { class: `node column-${column}`, transform: `translate(${x} ${y})` },
    svg('title', {}, `${title}: ${note}`),
    svg('rect', { width: NODE.width, height: NODE.height, rx: 6 }),
    // A font that is wider than most ends at the edge.
    svg(
      'svg',
      { width: NODE.width - 6, height: NODE.height },
      svg('text', { class: 'title', x: 12, y: 20 }, cut(title, 27)),
      svg('text', { class: 'note', x: 12, y: 37 }, cut(note, 32)),
    ),
  );
}

/** The middle of a path tells least. */
function cut(text: string, length: number): string {
  const short = text.replace(/[0-9a-f]{64}/g, (id) => `${id.slice(0, 12)}…`);
  if (short.length <= length) return short;
  const head = Math.floor(length / 2);
  return `${short.slice(0, head)}…${short.slice(1 + head - length)}`;
}
