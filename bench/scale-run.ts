/**
 * One run of the real engine, journal and reporter over hosts that answer by themselves, without ssh; `npm run bench -- scale`
 * starts it once per measurement.
 * Usage: node scale-run.js HOSTS IDLE OUTPUT DIR      OUTPUT: tree, plain, none. Its figures are the last line of stderr, as JSON.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareRun } from '../src/app/prepare.ts';
import { playsSession } from '../src/app/run-plan.ts';
import { POLICIES, runSession } from '../src/app/run-session.ts';
import type { HostScript, ScriptResult } from '../src/core/host-script.ts';
import type { Connection } from '../src/core/session.ts';
import { newRunId } from '../src/journal/index.ts';
import { createReporter } from '../src/reporters/index.ts';
import type { Reporter } from '../src/reporters/reporter.ts';
import { systemTicker, type Ticker } from '../src/reporters/ticker.ts';
import { StopControl } from '../src/rollout/index.ts';
import type { Figures } from './scale.ts';

/** Milliseconds that a host takes for an answer. */
const ANSWER = 5;
const FORKS = 50;

const [hosts = '', idle = '', output = '', dir = ''] = process.argv.slice(2);
const inventory = join(dir, 'hosts.ini');
const playbook = join(dir, 'playbook.yaml');
writeFileSync(
  inventory,
  `[docker]\nweb-[1:${hosts}] rack=r1\n[idle]\n${idle === '0' ? '' : `spare-[1:${idle}] rack=r2\n`}`,
);
writeFileSync(playbook, playbookText());

const flags = {
  ...{ inventory: [inventory], forks: FORKS, timeout: 10, lockWait: 0, verbose: 0, stateDir: join(dir, 'state') },
  ...{ tags: [], skipTags: [], extraVars: [] },
};
const prepared = await prepareRun([playbook], flags);
const startCpu = cpuNow();
let reporting = 0;
const begun = performance.now();
const run = newRunId(Date.now(), Math.random);
const reporter = await reporterOf(output);
const session = playsSession(POLICIES.run, run, [playbook], prepared, flags);
const recap = await runSession(
  POLICIES.run,
  { ...session, open: async (name) => answering(name) },
  [reporter],
  new StopControl(),
  (fault) => {
    throw fault;
  },
);
const changed = recap.outcomes.filter(({ status }) => status === 'changed').length;
if (changed !== Number(hosts)) throw new Error(`${changed} of ${hosts} hosts changed`);
const figures: Figures = {
  ...{ wall: performance.now() - begun, startCpu, cpu: cpuNow() - startCpu, reporter: reporting },
  memory: process.resourceUsage().maxRSS / 1024,
};
process.stderr.write(`\n${JSON.stringify(figures)}\n`);

function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** One whose time is counted: it works on this thread alone. Before the first event, it is loaded. */
async function reporterOf(kind: string): Promise<Pick<Reporter, 'event' | 'end'>> {
  if (kind !== 'tree' && kind !== 'plain') return { event: () => {}, end: async () => {} };
  const { stdout, stderr } = process;
  const terminal = { stdout, stderr, columns: 160, color: kind === 'tree' };
  const ticker: Ticker = { now: Date.now, every: (ms, tick) => systemTicker.every(ms, () => timed(tick)) };
  const loading = performance.now();
  const reporter = await createReporter(kind, terminal, { diff: false, verbose: 0 }, ticker);
  reporting += performance.now() - loading;
  return {
    event: (event) => timed(() => reporter.event(event)),
    end: async () => {
      const ending = performance.now();
      await reporter.end();
      reporting += performance.now() - ending;
    },
  };
}

function timed(act: () => void): void {
  const from = performance.now();
  act();
  reporting += performance.now() - from;
}

/** A host on which one of the steps finds something to do, once. */
function answering(host: string): Connection {
  let isDone = false;
  const answer = async (script: HostScript, args: readonly string[] = []): Promise<ScriptResult> => {
    await new Promise((resolve) => setTimeout(resolve, ANSWER));
    if (script.kind === 'apply') isDone = true;
    const code = args[0] === 'is it done' && !isDone ? 1 : 0;
    return { code, stdout: '', stderr: '', truncated: false };
  };
  const readOnly = () => ({ host, probe: answer });
  return {
    ...{ host, readOnly, readWrite: () => ({ ...readOnly(), run: answer }) },
    ...{ lock: async () => undefined, cancel: () => {}, close: async () => {} },
  };
}

function playbookText(): string {
  const looks = [1, 2, 3, 4, 5, 6, 7].map(
    (n) => `    - name: Look ${n}\n      command: { check: "look", run: "exit 1", args: ["{{ rack }}"] }\n`,
  );
  const change = '    - name: Do it\n      command: { check: "is it done", run: "do it", undo: "take it back" }\n';
  return `- name: Eight steps\n  hosts: docker\n  steps:\n${looks.join('')}${change}`;
}
