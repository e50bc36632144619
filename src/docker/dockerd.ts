import { complete } from '../core/complete.ts';
import { probeScript } from '../core/host-script.ts';
import { recordsByKind } from '../core/records.ts';
import type { ReadOnlySession } from '../core/session.ts';

/** The daemon's own program; told also where the daemon does not run or does not answer. */
export interface Dockerd {
  /** undefined: it does not run. */
  readonly process: { readonly pid: string; readonly start: string } | undefined;
  /** undefined: none is found. */
  readonly program: string | undefined;
  /** The words it was started with, without the program. */
  readonly args: readonly string[];
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
    args: rows('argument').map((r) => r.join('\t')),
    liveRestore: live === undefined ? undefined : live === 'true',
    swarm: rows('swarm')[0]?.[0],
  };
}

/** Flags that daemon.json has by another name: short, former and repeatable ones (moby/moby cmd/dockerd/config.go). */
const SYNONYMS: Readonly<Record<string, string>> = {
  H: 'hosts',
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

/** The options it was given as flags, by their names in daemon.json. */
export function flagsOf({ args }: Dockerd): ReadonlySet<string> {
  const names = args.flatMap((word) => /^--?([A-Za-z][A-Za-z0-9-]*)/.exec(word)?.[1] ?? []);
  return new Set(names.map((name) => SYNONYMS[name] ?? name));
}

/** The file it reads its options from. */
export function configFileOf({ args }: Dockerd): string {
  const at = args.findIndex((word) => /^--?config-file(=|$)/.test(word));
  const word = args[at];
  if (word === undefined) return DAEMON_JSON;
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : (args[at + 1] ?? DAEMON_JSON);
}

export const DAEMON_JSON = '/etc/docker/daemon.json';
