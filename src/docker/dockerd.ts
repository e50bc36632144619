import type { Change } from '../core/change.ts';
import { complete } from '../core/complete.ts';
import { probeScript } from '../core/host-script.ts';
import { recordsByKind } from '../core/records.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { type DockerUnit, nextStart } from './docker-unit.ts';

/** The daemon's own program; told also where the daemon does not run or does not answer. */
export interface Dockerd {
  /** undefined: it does not run. */
  readonly process: { readonly pid: string; readonly start: string } | undefined;
  /** undefined: none is found. */
  readonly program: string | undefined;
  /** Its program's own, e.g. `20.10.24`; undefined: it does not tell. */
  readonly version: string | undefined;
  /** The words it was started with, without the program. */
  readonly args: readonly string[];
  /** undefined: systemd has none loaded. */
  readonly unit: DockerUnit | undefined;
  /** undefined: it does not tell. */
  readonly liveRestore: boolean | undefined;
  /** `inactive`, `active` … (`.Swarm.LocalNodeState`); undefined: it does not tell. */
  readonly swarm: string | undefined;
}

const script = probeScript('docker/dockerd.sh');

export async function lookAtDockerd(host: ReadOnlySession): Promise<Dockerd> {
  const stdout = complete(
    await host.probe(script),
    'the Docker daemon could not be looked at',
    'run as root, or with -b',
  );
  const rows = recordsByKind(stdout);
  const [pid, start] = rows('pid')[0] ?? [];
  const live = rows('live_restore')[0]?.[0];
  return {
    process: pid === undefined || !start ? undefined : { pid, start },
    program: rows('program')[0]?.[0],
    version: rows('version')[0]?.[0],
    args: rows('argument').map((r) => r.join('\t')),
    unit: unitOf(rows),
    liveRestore: live === undefined ? undefined : live === 'true',
    swarm: rows('swarm')[0]?.[0],
  };
}

/** Flags that daemon.json has by another name: short, former and repeatable ones (moby/moby cmd/dockerd/config.go). */
const SYNONYMS: Readonly<Record<string, string>> = {
  H: 'hosts',
  b: 'bridge',
  p: 'pidfile',
  'cdi-spec-dir': 'cdi-spec-dirs',
  'default-network-opt': 'default-network-opts',
  host: 'hosts',
  D: 'debug',
  l: 'log-level',
  g: 'data-root',
  graph: 'data-root',
  s: 'storage-driver',
  G: 'group',
  label: 'labels',
  'log-opt': 'log-opts',
  'storage-opt': 'storage-opts',
  'exec-opt': 'exec-opts',
  'dns-opt': 'dns-opts',
  'cluster-store-opt': 'cluster-store-opts',
  'default-ulimit': 'default-ulimits',
  'default-address-pool': 'default-address-pools',
  'authorization-plugin': 'authorization-plugins',
  'insecure-registry': 'insecure-registries',
  'registry-mirror': 'registry-mirrors',
  'node-generic-resource': 'node-generic-resources',
};

function unitOf(rows: (kind: string) => string[][]): DockerUnit | undefined {
  const id = rows('unit')[0]?.[0];
  if (id === undefined) return undefined;
  const files = rows('unit_file').map(([path = '', base64 = '']): [string, string] => [
    path,
    Buffer.from(base64, 'base64').toString('utf8'),
  ]);
  return { id, loaded: rows('exec').map((row) => row.join('\t')), files: new Map(files) };
}

/** The words of its next start, once the pending changes are made; those of the process where nobody knows better. */
export function nextArgs({ unit, args }: Dockerd, pending: readonly Change[]): readonly string[] {
  const next = unit && nextStart(unit, pending).args;
  if (!unit || !next) return args;
  if (!next.some(isVariable)) return next;
  // What the variables of the unit hold: the words of the process that are not the unit's own.
  const own = new Set(nextStart(unit, []).args);
  return [...next.filter((word) => !isVariable(word)), ...args.filter((word) => !own.has(word))];
}

const isVariable = (word: string): boolean => word.startsWith('$');

/** Why systemd would not start it again once the pending changes are made. */
export const startProblem = ({ unit }: Dockerd, pending: readonly Change[]): string | undefined =>
  unit && nextStart(unit, pending).problem;

/** The options among these words of dockerd's, by their names in daemon.json. */
export function flagsOf(args: readonly string[]): ReadonlySet<string> {
  const names = args.flatMap((word) => /^--?([A-Za-z][A-Za-z0-9-]*)/.exec(word)?.[1] ?? []);
  return new Set(names.map((name) => SYNONYMS[name] ?? name));
}

/** The file from which dockerd reads its options with these words. */
export function configFileOf(args: readonly string[]): string {
  const at = args.findIndex((word) => /^--?config-file(=|$)/.test(word));
  const word = args[at];
  if (word === undefined) return DAEMON_JSON;
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : (args[at + 1] ?? DAEMON_JSON);
}

export const DAEMON_JSON = '/etc/docker/daemon.json';
