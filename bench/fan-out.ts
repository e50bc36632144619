import { LoopbackSsh } from '../test/transport/loopback-sshd.ts';
import { type Cost, costOf, median } from './cost.ts';
import { type Way, waysOver } from './ways.ts';

const WALL_TARGET = 1.3;
const CPU_TARGET = 1.5;

/**
 * A fleet of sshds on loopback, visited in several ways, every host at once.
 * Prints a table; true where the targets are met.
 */
export async function fanOut(hosts: number, rounds: number): Promise<boolean> {
  const net = new LoopbackSsh();
  try {
    const sshds = await Promise.all(Array.from({ length: hosts }, () => net.start()));
    const ports = sshds.map(({ port }) => port);
    for (const port of ports) net.trust(port);
    const ways = waysOver(net, ports);
    const costs = await alternate(ways, rounds);
    console.log(`${hosts} hosts on loopback, all at once; medians of ${rounds} alternating rounds`);
    console.log("CPU: the controller's own, with its ssh processes (utime, stime, cutime, cstime of /proc/self/stat)");
    return printTable(ways, costs);
  } finally {
    await net.stop();
  }
}

/** Each way once to warm up, then in turns, forwards and backwards: what else the machine does hits all alike. */
async function alternate(ways: readonly Way[], rounds: number): Promise<Map<Way, Cost[]>> {
  const costs = new Map<Way, Cost[]>(ways.map((way) => [way, []]));
  for (const way of ways) await way.round();
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) costs.get(way)?.push(await costOf(way.round));
  }
  return costs;
}

function printTable(ways: readonly Way[], costs: ReadonlyMap<Way, readonly Cost[]>): boolean {
  const rows = ways.map((way) => ({ name: way.name, ...medians(costs.get(way) ?? []) }));
  const measure = rows[0] ?? { wall: Number.NaN, cpu: Number.NaN };
  console.log(line('', 'wall ms', 'ratio', 'CPU ms', 'ratio'));
  let met = true;
  for (const { name, wall, cpu } of rows) {
    const ratios = { wall: wall / measure.wall, cpu: cpu / measure.cpu };
    met &&= ratios.wall <= WALL_TARGET && ratios.cpu <= CPU_TARGET;
    console.log(line(name, wall.toFixed(0), ratios.wall.toFixed(2), cpu.toFixed(0), ratios.cpu.toFixed(2)));
  }
  console.log(`targets: wall ratio <= ${WALL_TARGET}, CPU ratio <= ${CPU_TARGET}: ${met ? 'met' : 'MISSED'}`);
  return met;
}

const medians = (costs: readonly Cost[]): Cost => ({
  wall: median(costs.map(({ wall }) => wall)),
  cpu: median(costs.map(({ cpu }) => cpu)),
});

const line = (name: string, ...cells: readonly string[]): string =>
  name.padEnd(28) + cells.map((cell) => cell.padStart(9)).join('');
