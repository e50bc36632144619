/**
 * The whole story on twelve simulated hosts of this machine: boot, wedge half of them, dry run, free, proof.
 * Usage: tsx test/sim/demo.ts [--real]     --real: on two real hosts, with systemd, sshd and dockerd (root; Debian).
 * Exit: 0 what was stuck on a mount is gone and its neighbours live; 1 not so.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { personality } from './docker/personality.ts';
import { bootFleet, type Facts, type Fleet, type SimHost, simAvailable } from './fleet.ts';

/** Name, personality, scenario. */
const HOSTS = [
  ['node-01', 'el7-1.12.6-devicemapper', 'holder-container'],
  ['node-02', 'el7-18.06-overlay2', 'nothing'],
  ['node-03', 'el7-1.13.1-rhel-devicemapper', 'dockerd-namespace'],
  ['node-04', 'el7-19.03-overlay2-moved', 'nothing'],
  ['node-05', 'el7-17.03-overlay', 'holder-service'],
  ['node-06', 'ubuntu-24.0-overlay2', 'nothing'],
  ['node-07', 'el7-17.06-overlay2', 'holder-process'],
  ['node-08', 'debian-28.2-overlay2', 'nothing'],
  ['node-09', 'ubuntu-18.06-aufs', 'several'],
  ['node-10', 'ubuntu-20.10-zfs', 'nothing'],
  ['node-11', 'debian-20.10-overlay2', 'other-cause'],
  ['node-12', 'el7-18.09-overlay2', 'nothing'],
] as const;

const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
const bold = (text: string): string => (color ? `\u001b[1m${text}\u001b[22m` : text);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const chapter = (title: string): void => say(`\n${bold(`── ${title}`)}`);

interface Wedged {
  readonly host: SimHost;
  readonly scenario: string;
  readonly facts: Facts;
}

const words = (text: string | undefined): string[] => (text ?? '').split(' ').filter((word) => word !== '');

async function wedgeAll(fleet: Fleet): Promise<Wedged[]> {
  const hosts = HOSTS.map(([name, , scenario]) => ({ host: fleet.host(name), scenario }));
  return Promise.all(hosts.map(async ({ host, scenario }) => ({ host, scenario, facts: await host.wedge(scenario) })));
}

/** A line for each stuck container, from docker's list and the mounts of every process; nothing of unwedge's. */
async function proof({ host, facts }: Wedged): Promise<string[]> {
  const lines = words(facts.STUCK).map(async (id) => {
    const status = await host.exec(`docker ps -a --no-trunc --filter id=${id} --format '{{.Names}}: {{.Status}}'`);
    const layer = `cat '${host.personality.root}'/image/*/layerdb/mounts/${id}/mount-id 2>/dev/null || echo ${id}`;
    const found = await host.exec(`grep -ls -e ${id} -e "$(${layer})" /proc/[0-9]*/mountinfo | cut -d / -f 3`);
    const pids = words(found.stdout.replaceAll('\n', ' ')).join(', ');
    const shown = status.stdout.trim() || `${id.slice(0, 12)}: gone from docker`;
    return `  ${host.name}  ${shown}; its mounts: ${pids ? `in the namespaces of processes ${pids}` : 'none'}`;
  });
  return Promise.all(lines);
}

async function show(all: readonly Wedged[]): Promise<void> {
  for (const wedged of all) for (const line of await proof(wedged)) say(line);
}

/** Not spawnSync: this process has to answer it as the hosts' SSH servers. */
async function unwedge(fleet: Fleet, ...args: string[]): Promise<void> {
  say(bold(`$ unwedge run free-dead-containers -i inventory.yaml ${args.join(' ')}`.trimEnd()));
  const state = mkdtempSync(join(tmpdir(), 'unwedge-demo-'));
  const run = ['dist/cli/main.cjs', 'run', 'free-dead-containers', '-i', fleet.inventory];
  const child = spawn(process.execPath, [...run, '--state-dir', state, ...args], { stdio: 'inherit' });
  await once(child, 'close');
  rmSync(state, { recursive: true, force: true });
}

/** What should be gone and is there, or should be there and is not. */
async function faults({ host, scenario, facts }: Wedged): Promise<string[]> {
  const left = await host.exec(
    'docker ps -aq --no-trunc --filter status=dead --filter status=removing || docker ps -aq --no-trunc --filter status=dead',
  );
  const stuck = words(left.stdout.replaceAll('\n', ' '));
  const expected = scenario === 'other-cause' ? words(facts.STUCK) : [];
  const neighbour = await host.exec(
    `docker exec ${facts.NEIGHBOUR} true && docker restart -t 0 ${facts.NEIGHBOUR} && docker exec ${facts.NEIGHBOUR} true`,
  );
  return [
    ...(stuck.join() === expected.join() ? [] : [`${host.name}: stuck is ${stuck.join(' ') || 'nothing'}`]),
    ...(neighbour.code === 0 ? [] : [`${host.name}: the neighbour was harmed: ${neighbour.stderr}`]),
  ];
}

async function story(fleet: Fleet): Promise<number> {
  for (const { name, personality: p } of fleet.hosts)
    say(`  ${name}  docker ${p.docker.padEnd(8)} ${p.driver.padEnd(12)} Linux ${p.kernel}`);

  chapter('Half of them get stuck: docker rm fails, for a mount of the container leaked to somebody else');
  const all = await wedgeAll(fleet);
  await show(all);

  chapter('A dry run: what is stuck, who holds it, what would be done');
  await unwedge(fleet, '--check');

  chapter('The run');
  await unwedge(fleet);

  chapter('The proof, from docker and /proc of the hosts themselves');
  await show(all);
  const found = (await Promise.all(all.map(faults))).flat();
  for (const fault of found) process.stderr.write(`${fault}\n`);
  if (found.length > 0) return 1;
  say('  every neighbour answers docker exec, before and after a restart');
  say('\nThe one that is left is Dead for another cause than a mount: unwedge explain UW101 tells more.');
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.length > 0) return elsewhere(args);
  const reason = simAvailable();
  if (reason !== undefined) {
    process.stderr.write(`The demo makes hosts of this machine's namespaces, and can't: ${reason}\n`);
    process.stderr.write('As root on Debian there is another one, on real hosts: npm run demo -- --real\n');
    return 1;
  }
  chapter('Booting twelve hosts on this machine: old and new dockers on namespaces and mounts that are real');
  const fleet = await bootFleet(HOSTS.map(([name, kind]) => ({ name, personality: personality(kind) })));
  try {
    return await story(fleet);
  } finally {
    await fleet.close();
  }
}

async function elsewhere(args: readonly string[]): Promise<number> {
  if (args.join(' ') !== '--real') {
    process.stderr.write(`npm run demo -- ${args.join(' ')}: it takes nothing, or --real\n`);
    return 1;
  }
  const [code] = await once(spawn('bash', ['test/lab/demo.sh'], { stdio: 'inherit' }), 'close');
  return Number(code ?? 1);
}

process.exitCode = await main(process.argv.slice(2));
