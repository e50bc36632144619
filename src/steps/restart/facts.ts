import type { Change } from '../../core/change.ts';
import { complete } from '../../core/complete.ts';
import { probeScript } from '../../core/host-script.ts';
import { sinceLast } from '../../core/pending.ts';
import { keyValue, recordsByKind } from '../../core/records.ts';
import type { ReadOnlySession } from '../../core/session.ts';
import { type ConfigFile, faultOf, givenTwice } from '../../docker/daemon-json.ts';
import { configFileOf, type Dockerd, lookAtDockerd, nextArgs, startProblem } from '../../docker/dockerd.ts';

export interface RestartArgs {
  readonly unit: string;
  readonly config: readonly string[];
  readonly force: boolean;
  readonly wait: number;
}

export interface Facts {
  /** `loaded`, `not-found`, `masked` … */
  readonly load: string;
  readonly active: string;
  readonly pid: number;
  /** Seconds since 1970; undefined where no main process runs. */
  readonly started: number | null;
  readonly changed: readonly { readonly path: string; readonly at: number }[];
  readonly running: readonly {
    readonly id: string;
    readonly policy: string;
    readonly name: string;
  }[];
  /** Of docker.service: the daemon has told which containers run. */
  readonly answers: boolean;
  readonly liveRestore: boolean;
  /** Why its configuration would keep it from starting again. */
  readonly broken: string | undefined;
  /** docker.service only: its files and its daemon. */
  readonly docker: { readonly dockerd: Dockerd; readonly config: readonly ConfigFile[] } | undefined;
}

const probe = probeScript('steps/restart/probe.sh');

export async function readFacts(host: ReadOnlySession, args: RestartArgs): Promise<Facts> {
  const result = await host.probe(probe, [args.unit, ...args.config]);
  const stdout = complete(
    result,
    `systemd does not tell about ${args.unit}`,
    'this step needs a host that runs systemd',
  );
  const rows = recordsByKind(stdout);
  const unit = new Map(rows('unit').map(([line = '']) => keyValue(line)));
  const started = rows('started')[0]?.[0];
  const config = rows('config').map(([path = '', base64 = '']) => ({ path, base64 }));
  return {
    load: unit.get('LoadState') ?? 'unknown',
    active: unit.get('ActiveState') ?? 'unknown',
    pid: Number(unit.get('MainPID') ?? 0),
    started: started === undefined ? null : Number(started),
    changed: rows('changed').map(([at, path = '']) => ({
      path,
      at: Number(at),
    })),
    running: rows('running').map(([id = '', policy = '', name = '']) => ({
      id,
      policy,
      name: name.replace(/^\//, ''),
    })),
    answers: rows('live_restore').length > 0,
    liveRestore: rows('live_restore')[0]?.[0] === 'true',
    ...(await lookAtConfig(host, args, config)),
  };
}

async function lookAtConfig(
  host: ReadOnlySession,
  { unit }: RestartArgs,
  config: readonly ConfigFile[],
): Promise<Pick<Facts, 'broken' | 'docker'>> {
  if (unit !== 'docker.service') return { broken: undefined, docker: undefined };
  const dockerd = await lookAtDockerd(host);
  for (const file of config) {
    const fault = await faultOf(host, file, dockerd);
    if (fault !== undefined) return { broken: fault, docker: { dockerd, config } };
  }
  return { broken: undefined, docker: { dockerd, config } };
}

/** What of docker's unit and its files, as the pending changes leave them, would keep it from starting. */
function brokenTogether({ docker }: Facts, pending: readonly Change[]): string | undefined {
  if (!docker) return undefined;
  const { dockerd, config } = docker;
  const args = nextArgs(dockerd, pending);
  const files = new Map(config.map((file) => [file.path, file]));
  for (const { diff } of pending) {
    if (diff?.path === configFileOf(args)) files.set(diff.path, { path: diff.path, base64: base64Of(diff.after) });
  }
  const twice = [...files.values()].map((file) => givenTwice(file, args, dockerd.version));
  return startProblem(dockerd, pending) ?? twice.find((fault) => fault !== undefined);
}

const base64Of = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

export const unitResource = (unit: string): string => `unit ${unit}`;

/** Why the unit must be restarted, for people; undefined: it need not. */
export function needsRestart(
  args: RestartArgs,
  facts: Facts,
  pending: readonly Change[],
  done: readonly Change[],
): string | undefined {
  const { planned, later } = sinceLast(pending, unitResource(args.unit));
  const toCome = later.find((c) => concerns(c.resource, args));
  if (toCome) return `${toCome.resource.replace('file ', '')} is newer than its process`;
  if (planned || (args.force && done.length > 0)) return undefined;
  if (facts.active !== 'active') return `it is ${facts.active}`;
  const newer = facts.changed.find((file) => facts.started !== null && file.at > facts.started);
  if (newer) return `${newer.path} is newer than its process`;
  return args.force ? 'forced' : undefined;
}

const concerns = (resource: string, { unit, config }: RestartArgs): boolean =>
  resource.startsWith(`file /etc/systemd/system/${unit}.d/`) || config.some((path) => resource === `file ${path}`);

export function configProblem(facts: Facts, pending: readonly Change[]): { reason: string; todo: string } | undefined {
  if (facts.load !== 'loaded')
    return {
      reason: `systemd cannot start that unit on this host: it is ${facts.load}`,
      todo: 'look for its name and state: systemctl list-unit-files',
    };
  if (facts.active !== 'active' && facts.answers)
    return {
      reason: 'the Docker daemon runs, but not by docker.service: starting that would start a second one',
      todo: 'look for what starts it on this host: systemctl status $(pidof dockerd)',
    };
  const broken = brokenTogether(facts, pending) ?? facts.broken;
  if (broken === undefined) return undefined;
  return {
    reason: `a restart would fail: ${broken}`,
    todo: 'mend that file first; the daemon still runs with its older configuration',
  };
}
