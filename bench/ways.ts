import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConnectionOptions } from '../src/core/connection-options.ts';
import { type ProbeScript, probeScript } from '../src/core/host-script.ts';
import { openConnection } from '../src/transport/open-connection.ts';
import type { LoopbackSsh } from '../test/transport/loopback-sshd.ts';

/** One way to visit the whole fleet. */
export interface Way {
  readonly name: string;
  readonly round: () => Promise<void>;
}

const STEPS = 8;
const CLI = fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url));
const PLAYBOOK = fileURLToPath(new URL('fan-out.yaml', import.meta.url));

/** The measure first: one bare ssh per host, all at once. */
export function waysOver(net: LoopbackSsh, ports: readonly number[]): Way[] {
  const scripts = writeScripts(net);
  const everywhere = async (visit: (port: number) => Promise<void>): Promise<void> => {
    await Promise.all(ports.map(visit));
  };
  const ways = [
    { name: 'ssh HOST true', round: () => everywhere((port) => bareSsh(net, port)) },
    { name: `a session, ${STEPS} scripts`, round: () => everywhere((port) => session(net, port, scripts)) },
  ];
  if (existsSync(CLI)) return [...ways, { name: `unwedge run, ${STEPS} steps`, round: cliRound(net, ports) }];
  console.log('unwedge run is not measured: it is not built (npm run build)');
  return ways;
}

/** Eight different probes of a usual size, which look at the host by the shell alone. */
const writeScripts = (net: LoopbackSsh): ProbeScript[] =>
  Array.from({ length: STEPS }, (_, step) => {
    const path = net.path(`probe-${step}.sh`);
    const comments = '# A comment as long as those of the real scripts are.\n'.repeat(20);
    writeFileSync(path, `#!/bin/sh\n${comments}set -u\nread -r load </proc/loadavg\necho "${step} $1 $load"\n`);
    return probeScript(path);
  });

const bareSsh = (net: LoopbackSsh, port: number): Promise<void> =>
  succeeds('ssh', [...net.sshArgs, '-o', 'BatchMode=yes', '-p', String(port), '127.0.0.1', 'true']);

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

/** The whole command: start of node, playbook, inventory, journal and report with it. */
function cliRound(net: LoopbackSsh, ports: readonly number[]): () => Promise<void> {
  const hosts = Object.fromEntries(
    ports.map((port) => [`host-${port}`, { ansible_host: '127.0.0.1', ansible_port: port }]),
  );
  const inventory = net.path('inventory.yaml');
  writeFileSync(inventory, JSON.stringify({ all: { hosts } }));
  const flags = ['-f', String(ports.length), '-T', '60', '--output', 'plain', '--state-dir', net.path('state')];
  const argv = [CLI, 'run', PLAYBOOK, '-i', inventory, '--ssh-common-args', net.sshArgs.join(' '), ...flags];
  return () => succeeds(process.execPath, argv);
}

async function succeeds(file: string, argv: readonly string[]): Promise<void> {
  // In a session of its own, as the transport's ssh is: Linux shares the CPU out among sessions first (sched_autogroup).
  const child = spawn(file, argv, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${file} ${argv.slice(0, 2).join(' ')} ended with exit code ${code}`);
}
