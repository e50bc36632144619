import type { HeldMount, HeldMounts } from './held-mounts.ts';

/** Who holds what, from left to right: stuck container, mount, mount namespace, holder. Places and sizes in pixels. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
  /** Mounts that it does not show: there are too many to be seen. */
  readonly left: number;
}

export interface Node {
  readonly column: 0 | 1 | 2 | 3;
  readonly title: string;
  readonly note: string;
  readonly x: number;
  readonly y: number;
}

export interface Edge {
  readonly from: Node;
  readonly to: Node;
  /** Nothing may be unmounted there. */
  readonly refused: boolean;
}

export const NODE = { width: 236, height: 48 } as const;
const GAP = { across: 62, down: 14 } as const;
const ROW = NODE.height + GAP.down;
const SHOWN = 40;

/** One way from a container to a holder; the keys say which nodes are the same. */
interface Way {
  readonly cells: readonly [Cell, Cell, Cell, Cell];
  readonly refused: boolean;
}
interface Cell {
  readonly key: string;
  readonly title: string;
  readonly note: string;
}

/** The graph of some findings of one host. */
export function graphOf(held: readonly HeldMounts[]): Graph {
  const all = held.flatMap((one) => one.mounts.map((mount) => wayOf(one, mount)));
  const ways = all.slice(0, SHOWN);
  const mounts = [...new Set(ways.map(({ cells }) => cells[1].key))];
  const heightOf = new Map(mounts.map((key, i) => [key, i * ROW]));
  const nodes = new Map(([0, 1, 2, 3] as const).flatMap((column) => [...placed(ways, column, heightOf)]));
  const edges = new Map(ways.flatMap((way) => edgesOf(way, nodes)).map((edge) => [keyOf(edge), edge]));
  const bottom = Math.max(0, ...[...nodes.values()].map(({ y }) => y + NODE.height));
  return {
    nodes: [...nodes.values()],
    edges: [...edges.values()],
    width: 4 * NODE.width + 3 * GAP.across,
    height: bottom,
    left: all.length - ways.length,
  };
}

function wayOf({ container, since, holder, refused }: HeldMounts, mount: HeldMount): Way {
  const { path, mountpoint, namespace, propagation } = mount;
  const through = holder.bind === undefined ? holder.who : `bind ${holder.bind}`;
  return {
    cells: [
      {
        key: `c ${container}`,
        title: container,
        note: since === undefined ? 'stuck' : `stopped ${since.slice(0, 16).replace('T', ' ')}`,
      },
      { key: `m ${container} ${path}`, title: leafOf(path), note: path === mountpoint ? path : `at ${mountpoint}` },
      { key: `n ${namespace}`, title: `mnt:[${namespace}]`, note: propagation },
      { key: `h ${holder.kind} ${holder.who}`, title: holder.name, note: through },
    ],
    refused: refused.length > 0,
  };
}

/** `…/mounts/shm`, `…/merged`: what is below an id; `…/mnt/ID` where nothing is. */
function leafOf(path: string): string {
  const below = path.replace(/^.*\/[0-9a-f]{64}(?:-init)?\//, '…/');
  return below === path ? path.replace(/^.*(?=\/[^/]+\/[0-9a-f]{64})/, '…') : below;
}

/** The nodes of one column: each as high as the middle of its mounts, none over another. */
function placed(
  ways: readonly Way[],
  column: Node['column'],
  heightOf: ReadonlyMap<string, number>,
): Map<string, Node> {
  const cells = new Map<string, { cell: Cell; heights: number[] }>();
  for (const { cells: row } of ways) {
    const known = cells.get(row[column].key) ?? { cell: row[column], heights: [] };
    cells.set(row[column].key, known);
    known.heights.push(heightOf.get(row[1].key) ?? 0);
  }
  const sorted = [...cells.values()].map(({ cell, heights }) => ({ cell, wish: mean(heights) }));
  let free = 0;
  return new Map(
    sorted
      .sort((a, b) => a.wish - b.wish)
      .map(({ cell, wish }) => {
        const y = Math.max(free, wish);
        free = y + ROW;
        const { key, title, note } = cell;
        return [key, { column, title, note, x: column * (NODE.width + GAP.across), y }];
      }),
  );
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

function edgesOf({ cells, refused }: Way, nodes: ReadonlyMap<string, Node>): Edge[] {
  return [0, 1, 2].flatMap((i) => {
    const [from, to] = [nodes.get(cells[i]?.key ?? ''), nodes.get(cells[i + 1]?.key ?? '')];
    return from && to ? [{ from, to, refused: refused && i > 0 }] : [];
  });
}

const keyOf = ({ from, to }: Edge): string => [from.x, from.y, to.x, to.y].join();

/** The same in words, a line for each mount. */
export const graphLines = (held: readonly HeldMounts[]): string[] =>
  held.flatMap(({ container, mounts, holder, refused }) =>
    mounts.map(({ path, mountpoint, namespace, propagation }) => {
      const through = holder.bind === undefined ? '' : ` through its bind ${holder.bind}`;
      const left = refused.length === 0 ? '' : `; not to be unmounted: ${refused.join('; ')}`;
      return `${container}: ${path} is mounted at ${mountpoint} in mnt:[${namespace}] (${propagation}), held by ${holder.who}${through}${left}`;
    }),
  );
