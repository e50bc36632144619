import { counted, type Tone } from '../words.ts';
import { type Child, html, link, svg } from './element.ts';
import { marked } from './signs.ts';

/** One thing that is counted. */
export interface Part {
  readonly label: Child;
  readonly count: number;
  readonly tone: Tone;
  /** Where the hosts behind it are listed. */
  readonly href: string;
}

/** Parts of a whole as one strip, with a legend that says the same in words. */
export function strip(title: string, parts: readonly Part[]): Child {
  const some = parts.filter(({ count }) => count > 0);
  const legend = some.map(({ label, count, tone, href }) =>
    html('li', {}, link(href, marked(tone, html('b', {}, count.toLocaleString('en')), ' ', label))),
  );
  const drawn = svg('svg', { class: 'strip', 'aria-hidden': 'true' }, ...segments(some));
  return figure(title, some, [drawn, html('ul', { class: 'legend' }, ...legend)]);
}

/** One host of a thousand must still be seen. */
const LEAST = 0.012;

function segments(parts: readonly Part[]): SVGRectElement[] {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const shares = parts.map(({ count }) => Math.max(LEAST, count / total));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let x = 0;
  return parts.map(({ tone }, i) => {
    const width = ((shares[i] ?? 0) / whole) * 100;
    x += width;
    return svg('rect', { class: `tone-${tone}`, x: `${x - width}%`, width: `${width}%`, height: '100%' });
  });
}

/** Things that can be on the same host, each as a bar of its own. */
export function bars(title: string, parts: readonly Part[], noun: string): Child {
  const some = parts.filter(({ count }) => count > 0);
  const most = Math.max(1, ...some.map(({ count }) => count));
  return figure(title, some, [html('ul', { class: 'bars' }, ...some.map((part) => bar(part, most, noun)))]);
}

function bar({ label, count, tone, href }: Part, most: number, noun: string): HTMLElement {
  const width = `${Math.max(LEAST, count / most) * 100}%`;
  return html(
    'li',
    {},
    link(href, html('span', { class: 'label' }, label), html('span', { class: 'count' }, counted(count, noun))),
    svg('svg', { class: 'bar', 'aria-hidden': 'true' }, svg('rect', { class: `tone-${tone}`, width, height: '100%' })),
  );
}

/** Nothing where there is nothing to count. */
const figure = (title: string, some: readonly Part[], children: readonly Child[]): Child =>
  some.length === 0 ? undefined : html('figure', {}, html('figcaption', {}, title), ...children);
