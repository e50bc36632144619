import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { median } from './cost.ts';

/** Of one run of scale-run.ts. */
export interface Figures {
  /** Milliseconds from the first host to the end. */
  readonly wall: number;
  /** Milliseconds of user and system time in `wall`. */
  readonly cpu: number;
  /** The same before the first host: node's start, playbook and inventory. */
  readonly startCpu: number;
  /** Milliseconds that the reporter was at work. */
  readonly reporter: number;
  /** MiB at its peak. */
  readonly memory: number;
}

type Output = 'tree' | 'plain' | 'none';
type Measure = (hosts: number, idle: number, output: Output) => Figures;

const SIZES = [100, 300, 1000] as const;
const LARGEST = 1000;
const IDLE = 5000;
const PROGRAM = fileURLToPath(new URL('../dist/bench/scale-run.mjs', import.meta.url));

/** The engine with its journal and reporter on 100, 300 and 1,000 hosts that answer by themselves. True where the targets are met. */
export async function scale(rounds: number): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'unwedge-bench-'));
  try {
    await bundle();
    const measure: Measure = (hosts, idle, output) => once(dir, hosts, idle, output);
    measure(LARGEST, 0, 'tree');
    return printed(
      SIZES.map((hosts) => middle(times(rounds, () => measure(hosts, 0, 'tree')))),
      times(rounds, () => compared(measure)),
    );
  } finally {
    rmSync(dir, { recursive: true });
    rmSync(dirname(PROGRAM), { recursive: true, force: true });
  }
}

/** One file, as what the package ships, and as deep in it: the host scripts are found by the same way. */
const bundle = () =>
  build({
    ...{ entryPoints: [fileURLToPath(new URL('scale-run.ts', import.meta.url))], outfile: PROGRAM, bundle: true },
    ...{ platform: 'node', format: 'esm', target: 'node20', minify: true, logLevel: 'warning' },
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
  });

function once(dir: string, hosts: number, idle: number, output: Output): Figures {
  const argv = [PROGRAM, String(hosts), String(idle), output, dir];
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with exit code ${status}:\n${stderr}`);
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
}

/** The same work with further hosts that no play names, and without; in turns, for the machine is noisy. */
const compared = (measure: Measure) => ({
  silent: measure(LARGEST, 0, 'none'),
  idle: measure(LARGEST, IDLE, 'none'),
});
type Compared = ReturnType<typeof compared>;

function printed(rows: readonly Figures[], pairs: readonly Compared[]): boolean {
  console.log('hosts   wall ms   ms/host   CPU ms/host   peak MiB');
  for (const [i, { wall, cpu, memory }] of rows.entries()) {
    const hosts = SIZES[i] ?? Number.NaN;
    console.log(
      [
        String(hosts).padEnd(5),
        ...[wall, wall / hosts, cpu / hosts, memory].map((n) => n.toFixed(1).padStart(11)),
      ].join(''),
    );
  }
  const [first, , last] = rows;
  // Of CPU time the least is the work itself; what is more is the machine's noise.
  const least = (of: keyof Compared, figure: 'cpu' | 'startCpu') => Math.min(...pairs.map((pair) => pair[of][figure]));
  const silent = least('silent', 'cpu');
  const checks = [
    target('peak memory, MiB', last?.memory, 250),
    target('CPU per host at 1,000, ms', (last?.cpu ?? Number.NaN) / LARGEST, 3),
    target('time per host, 1,000 over 100', (last?.wall ?? Number.NaN) / (first?.wall ?? Number.NaN) / 10, 1.2),
    target("the reporter's share of the CPU", (last?.reporter ?? Number.NaN) / (last?.cpu ?? Number.NaN), 0.1),
    target('CPU with 5,000 idle hosts over without', least('idle', 'cpu') / silent, 1.1),
    target('further CPU to start with them, ms', least('idle', 'startCpu') - least('silent', 'startCpu'), 500),
  ];
  return checks.every(Boolean);
}

function target(what: string, value = Number.NaN, limit: number): boolean {
  const isMet = value <= limit;
  console.log(`${what}: ${value.toFixed(2)} (target <= ${limit}${isMet ? '' : ', MISSED'})`);
  return isMet;
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const middle = (all: readonly Figures[]): Figures => ({
  wall: median(all.map(({ wall }) => wall)),
  cpu: median(all.map(({ cpu }) => cpu)),
  startCpu: median(all.map(({ startCpu }) => startCpu)),
  reporter: median(all.map(({ reporter }) => reporter)),
  memory: median(all.map(({ memory }) => memory)),
});
