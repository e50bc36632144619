import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { ConnectionOptions } from '../src/core/connection-options.ts';
import { type ProbeScript, probeScript } from '../src/core/host-script.ts';
import { openConnection } from '../src/transport/open-connection.ts';
import { LoopbackSsh } from '../test/transport/loopback-sshd.ts';
import { type Cost, costOf, median } from './cost.ts';

const STEPS = 8;
const WALL_TARGET = 1.3;
const CPU_TARGET = 1.5;

interface Way {
  readonly name: string;
  readonly round: () => Promise<void>;
}

/**
 * The same fleet of sshds, all hosts at once: one bare `ssh HOST true` each, against what unwedge does.
 * Prints a table; true where the targets are met.
 */
export async function fanOut(hosts: number, rounds: number): Promise<boolean> {
  const net = new LoopbackSsh();
  try {
    const ports = await startSshds(net, hosts);
    const scripts = writeScripts(net);
    const ways: Way[] = [
      { name: 'one bare ssh HOST true per host', round: () => all(ports, (port) => bareSsh(net, port)) },
      { name: `one session, ${STEPS} steps per host`, round: () => all(ports, (port) => session(net, port, scripts)) },
    ];
    return report(hosts, rounds, ways, await alternate(ways, rounds));
  } finally {
    await net.stop();
  }
}

async function startSshds(net: LoopbackSsh, hosts: number): Promise<number[]> {
  const sshds = await Promise.all(Array.from({ length: hosts }, () => net.start()));
  for (const { port } of sshds) net.trust(port);
  return sshds.map(({ port }) => port);
}

/** Eight different probes of a usual size, which look at the host by the shell alone. */
const writeScripts = (net: LoopbackSsh): ProbeScript[] =>
  Array.from({ length: STEPS }, (_, step) => {
    const path = net.path(`probe-${step}.sh`);
    writeFileSync(
      path,
      `#!/bin/sh\n${'# A comment as long as those of the real scripts are.\n'.repeat(20)}set -u\nread -r load </proc/loadavg\necho "${step} $1 $load"\n`,
    );
    return probeScript(path);
  });

async function all(ports: readonly number[], work: (port: number) => Promise<void>): Promise<void> {
  await Promise.all(ports.map(work));
}

async function bareSsh(net: LoopbackSsh, port: number): Promise<void> {
  const ssh = spawn('ssh', [...net.sshArgs, '-o', 'BatchMode=yes', '-p', String(port), '127.0.0.1', 'true'], {
    stdio: 'ignore',
  });
  const [code] = await once(ssh, 'exit');
  if (code !== 0) throw new Error(`ssh ended with exit code ${code}`);
}

async function session(net: LoopbackSsh, port: number, scripts: readonly ProbeScript[]): Promise<void> {
  const connection = await openConnection(optionsFor(net, port));
  for (const script of scripts) {
    const { code, stderr } = await connection.readOnly({ deadline: 60 }).probe(script, ['argument']);
    if (code !== 0) throw new Error(`${script.path} ended with exit code ${code}: ${stderr}`);
  }
  await connection.close();
}

const optionsFor = (net: LoopbackSsh, port: number): ConnectionOptions => ({
  name: `host-${port}`,
  kind: 'ssh',
  address: '127.0.0.1',
  port,
  user: undefined,
  privateKey: undefined,
  sshArgs: net.sshArgs,
  connectTimeout: 60,
  become: undefined,
});

/** Each way once to warm up, then in turns, the first of a round changing: what else the machine does hits all alike. */
async function alternate(ways: readonly Way[], rounds: number): Promise<Map<Way, Cost[]>> {
  const costs = new Map<Way, Cost[]>(ways.map((way) => [way, []]));
  for (const way of ways) await way.round();
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) costs.get(way)?.push(await costOf(way.round));
  }
  return costs;
}

function report(
  hosts: number,
  rounds: number,
  ways: readonly Way[],
  costs: ReadonlyMap<Way, readonly Cost[]>,
): boolean {
  const rows = ways.map((way) => ({
    name: way.name,
    wall: median((costs.get(way) ?? []).map(({ wall }) => wall)),
    cpu: median((costs.get(way) ?? []).map(({ cpu }) => cpu)),
  }));
  const [bare] = rows;
  console.log(
    `${hosts} hosts on loopback, all at once; medians of ${rounds} alternating rounds; CPU: the controller's, with its ssh processes`,
  );
  console.log(row('', 'wall ms', 'ratio', 'CPU ms', 'ratio'));
  let met = true;
  for (const { name, wall, cpu } of rows) {
    const [wallRatio, cpuRatio] = [wall / (bare?.wall ?? wall), cpu / (bare?.cpu ?? cpu)];
    met &&= wallRatio <= WALL_TARGET && cpuRatio <= CPU_TARGET;
    console.log(row(name, wall.toFixed(0), wallRatio.toFixed(2), cpu.toFixed(0), cpuRatio.toFixed(2)));
  }
  console.log(`targets: wall <= ${WALL_TARGET}, CPU <= ${CPU_TARGET}: ${met ? 'met' : 'MISSED'}`);
  return met;
}

const row = (name: string, ...cells: readonly string[]): string =>
  name.padEnd(40) + cells.map((cell) => cell.padStart(9)).join('');
