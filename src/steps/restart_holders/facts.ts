import { complete } from '../../core/complete.ts';
import { probeScript } from '../../core/host-script.ts';
import { keyValue, recordsByKind } from '../../core/records.ts';
import type { ReadOnlySession } from '../../core/session.ts';
import { holderOf } from '../../docker/holder.ts';
import { type HostView, lookAtHost } from '../../docker/host-view.ts';

/** `systemctl show` of a unit. */
export type Unit = Readonly<Record<string, string>>;

/** What docker says of a container whose restart is in question. */
export interface HolderContainer {
  readonly pid: number;
  readonly paused: boolean;
  /** Started with --rm. */
  readonly autoRemove: boolean;
  /** Seconds; undefined: docker's own 10. */
  readonly stopTimeout: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Facts {
  readonly view: HostView;
  /** By name: those among the holders, and what systemd would restart along with them. */
  readonly units: ReadonlyMap<string, Unit>;
  /** By id. */
  readonly containers: ReadonlyMap<string, HolderContainer>;
  /** Running containers in a namespace of another's; `mode` names that one, e.g. `container:648fcdd4…`. */
  readonly sharers: readonly { readonly name: string; readonly mode: string }[];
}

const probe = probeScript('steps/restart_holders/probe.sh');

export async function readFacts(host: ReadOnlySession): Promise<Facts> {
  const view = await lookAtHost(host);
  const holders = [...new Set(view.stale.flatMap(({ namespace }) => askable(namespace, view)))];
  if (holders.length === 0) return { view, units: new Map(), containers: new Map(), sharers: [] };
  const result = await host.probe(probe, holders);
  const todo = 'look at it on the host: systemctl show UNIT; docker inspect CONTAINER';
  return { view, ...parse(complete(result, 'systemd or docker does not tell about the holders', todo)) };
}

function askable(namespace: HostView['stale'][number]['namespace'], { daemon }: HostView): string[] {
  const holder = holderOf(namespace, daemon);
  if (holder.kind === 'unit') return [`unit:${holder.unit}`];
  return holder.kind === 'container' ? [`container:${holder.id}`] : [];
}

function parse(stdout: string): Omit<Facts, 'view'> {
  const rows = recordsByKind(stdout);
  const units = new Map<string, Unit>();
  for (const [name = '', line = ''] of rows('unit')) {
    const [key, value] = keyValue(line);
    units.set(name, { ...units.get(name), [key]: value });
  }
  const containers = rows('container').map(([id = '', ...fields]): [string, HolderContainer] => [
    id,
    container(fields),
  ]);
  const sharers = rows('sharer').map(([name = '', mode = '']) => ({ name: name.replace(/^\//, ''), mode }));
  return { units, containers: new Map(containers), sharers };
}

function container([pid, paused, autoRemove = '', stopTimeout = '', labels = '']: readonly string[]): HolderContainer {
  const seconds = json(stopTimeout);
  const given = json(labels);
  return {
    pid: Number(pid),
    paused: paused === 'true',
    autoRemove: json(autoRemove) === true,
    stopTimeout: typeof seconds === 'number' ? seconds : undefined,
    labels: typeof given === 'object' && given !== null ? Object.fromEntries(Object.entries(given)) : {},
  };
}

/** Daemons that do not have a field yet give `<no value>` or null for it. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
