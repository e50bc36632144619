import { complete } from '../../core/complete.ts';
import { probeScript } from '../../core/host-script.ts';
import { recordsByKind } from '../../core/records.ts';
import type { ReadOnlySession } from '../../core/session.ts';
import type { Daemon } from '../../docker/daemon.ts';
import { lookAtDaemon } from '../../docker/host-view.ts';

/** A directory of what is left of a container. */
export interface Directory {
  /** Below ROOT/containers/ID; empty: that itself. */
  readonly path: string;
  /** Octal. */
  readonly mode: string;
  readonly uid: string;
  readonly gid: string;
}

/** `containers/ID`, whoever knows that container. */
export interface Home {
  readonly id: string;
  /** docker could load it. */
  readonly hasConfig: boolean;
  /** mtime, seconds since 1970; of the others nothing more is told. */
  readonly changed: string;
  /** A file in it, or something with an odd name. */
  readonly holds: string | undefined;
  /** The deepest first. */
  readonly tree: readonly Directory[];
  /** Who refers to it: `/proc/PID/mountinfo` and the like. */
  readonly users: readonly string[];
}

export interface Facts {
  readonly daemon: Daemon;
  /** When dockerd was started, seconds since 1970; undefined: not told. */
  readonly started: number | undefined;
  readonly homes: readonly Home[];
  /** Ids under which the image store has a record of a container's layer. */
  readonly layers: readonly string[];
}

const probe = probeScript('steps/orphans/probe.sh');

export async function readFacts(host: ReadOnlySession): Promise<Facts> {
  const daemon = await lookAtDaemon(host);
  const result = await host.probe(probe, [daemon.root, String(daemon.pid ?? 0)]);
  const rows = recordsByKind(complete(result, "docker's data root could not be read", 'run as root, or with -b'));
  const of = (kind: string, id: string) => rows(kind).flatMap(([own, ...fields]) => (own === id ? [fields] : []));
  const started = rows('started')[0]?.[0];
  return {
    daemon,
    started: started === undefined ? undefined : Number(started),
    homes: rows('directory').map(([id = '', config]) => ({
      id,
      hasConfig: config === 'yes',
      changed: of('changed', id)[0]?.[0] ?? '',
      holds: of('holds', id)[0]?.join('\t'),
      tree: of('tree', id).map(directory),
      users: of('used', id).map((fields) => fields.join('\t')),
    })),
    layers: rows('layer').map(([id = '']) => id),
  };
}

const directory = ([mode = '', uid = '', gid = '', path = '']: readonly string[]): Directory => ({
  path: path.replace(/^\.\/?/, ''),
  mode,
  uid,
  gid,
});
