import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Cost, costOf, median } from './cost.ts';
import { ScanHost, type Size } from './scan-host.ts';

const SIZE: Size = { namespaces: 60, mounts: 400, processes: 5 };
const TARGETS = { one: 3, ten: 20, floor: 1.3, flat: 1.3 };
/** /proc counts CPU in steps of 10 ms. */
const RUNS_A_ROUND = 5;
const MOUNTS = readFileSync(fileURLToPath(new URL('../src/docker/mounts.sh', import.meta.url)), 'utf8');

/** In the field: each container's id is looked for in the mounts of each process, and each that has one is named (find-busy-mnt.sh). */
const FIELD = `for id; do find /proc/*/mounts | xargs grep -- "$id" | while IFS=/ read -r _ _ pid _; do
  case $pid in self | thread-self) continue ;; esac
  echo "$pid $(ps -q "$pid" -o comm=) $(readlink "/proc/$pid/ns/mnt")"
done; done`;
/** The kernel's own work, as little as it can be: one mountinfo of each namespace, the list of them known. */
const FLOOR = 'cat "$@" | wc -l';
const REPRESENTATIVES = `ls -ln /proc/[0-9]*/ns/mnt | awk '!seen[$NF]++ { split($(NF - 2), p, "/"); if (p[3] != "self") print "/proc/" p[3] "/mountinfo" }'`;

interface Way {
  readonly name: string;
  readonly round: () => Promise<void>;
}

/**
 * The look at all mounts of one stuck container and of ten, on a host with 300 processes in 60 mount namespaces of 400 mounts,
 * six of which have copies of theirs, against the field's own way and the floor. Prints a table; true where the targets are met.
 */
export async function scanCost(rounds: number): Promise<boolean> {
  const [full, sparse] = [await ScanHost.boot(SIZE), await ScanHost.boot({ ...SIZE, processes: 1 })];
  try {
    console.log(
      `${SIZE.namespaces * SIZE.processes} processes in ${SIZE.namespaces} mount namespaces of ${SIZE.mounts} mounts; medians of ${rounds} alternating rounds of ${RUNS_A_ROUND}`,
    );
    const ways = waysOf(full, sparse);
    return report(await alternate(ways, rounds));
  } finally {
    await Promise.all([full.close(), sparse.close()]);
  }
}

function waysOf(full: ScanHost, sparse: ScanHost): Way[] {
  const way = (name: string, host: ScanHost, argv: readonly string[]): Way => ({
    name,
    round: async () => {
      for (let run = 0; run < RUNS_A_ROUND; run++) host.run(argv);
    },
  });
  const known = full.run(['sh', '-c', REPRESENTATIVES]).trim().split('\n');
  return [
    way('floor', full, ['sh', '-c', FLOOR, 'sh', ...known]),
    way('mounts.sh, 1 container', full, lookAt(full, 1)),
    way('mounts.sh, 10 containers', full, lookAt(full, 10)),
    way('mounts.sh, 60 processes', sparse, lookAt(sparse, 1)),
    way('the field, 1 container', full, ['sh', '-c', FIELD, 'sh', ...containers(1)]),
    way('the field, 10 containers', full, ['sh', '-c', FIELD, 'sh', ...containers(10)]),
  ];
}

/** Each with a layer, as mounts.sh is asked. */
const lookAt = (host: ScanHost, count: number): string[] => [
  ...['sh', '-c', MOUNTS, 'mounts.sh', 'processes', host.root, host.namespace],
  ...containers(count).flatMap((id) => [id, id.replace('c0ffee', 'facade')]),
];

/** Those that only a tenth of the namespaces has mounts of. */
const containers = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => (0xc0ffee000 + n).toString(16).padStart(64, '0'));

/** Each way once to warm up, then in turns, forwards and backwards: what else the machine does hits all alike. */
async function alternate(ways: readonly Way[], rounds: number): Promise<Map<string, Cost>> {
  const costs = new Map<string, Cost[]>(ways.map(({ name }) => [name, []]));
  for (const way of ways) await way.round();
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) costs.get(way.name)?.push(await costOf(way.round));
  }
  const middle = (all: readonly Cost[], of: keyof Cost) => median(all.map((cost) => cost[of])) / RUNS_A_ROUND;
  return new Map([...costs].map(([name, all]) => [name, { wall: middle(all, 'wall'), cpu: middle(all, 'cpu') }]));
}

function report(costs: ReadonlyMap<string, Cost>): boolean {
  console.log(`${''.padEnd(28)}${'wall ms'.padStart(9)}${'CPU ms'.padStart(9)}`);
  for (const [name, { wall, cpu }] of costs)
    console.log(`${name.padEnd(28)}${wall.toFixed(0).padStart(9)}${cpu.toFixed(0).padStart(9)}`);
  const ratio = (of: string, to: string) => (costs.get(of)?.cpu ?? 0) / (costs.get(to)?.cpu ?? 0);
  const results = [
    [
      `one container: the field's CPU is ≥ ${TARGETS.one} times ours`,
      ratio('the field, 1 container', 'mounts.sh, 1 container'),
      'least',
      TARGETS.one,
    ],
    [
      `ten: ≥ ${TARGETS.ten} times`,
      ratio('the field, 10 containers', 'mounts.sh, 10 containers'),
      'least',
      TARGETS.ten,
    ],
    [`ours is ≤ ${TARGETS.floor} times the floor`, ratio('mounts.sh, 1 container', 'floor'), 'most', TARGETS.floor],
    [
      `ten containers cost ≤ ${TARGETS.flat} times one`,
      ratio('mounts.sh, 10 containers', 'mounts.sh, 1 container'),
      'most',
      TARGETS.flat,
    ],
    [
      `5 processes a namespace ≤ ${TARGETS.flat} times 1`,
      ratio('mounts.sh, 1 container', 'mounts.sh, 60 processes'),
      'most',
      TARGETS.flat,
    ],
  ] as const;
  const met = results.map(([, value, kind, target]) => (kind === 'least' ? value >= target : value <= target));
  for (const [i, [text, value]] of results.entries())
    console.log(`${text}: ${value.toFixed(2)} ${met[i] ? 'met' : 'MISSED'}`);
  return met.every(Boolean);
}
