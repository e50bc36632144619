import type { Change } from '../../core/change.ts';
import { holderOf, holderText } from '../../docker/holder.ts';
import type { HostView } from '../../docker/host-view.ts';
import { goneWith, mountResource, outlooks } from '../../docker/outlook.ts';
import type { StaleMount } from '../../docker/stale-mount.ts';
import type { Facts } from './facts.ts';
import { type Holding, namesOf, type RestartArgs, refusalToRestart } from './refusal.ts';

export interface Decision {
  readonly restart: readonly Holding[];
  /** Who is left alone, and why; a line each. */
  readonly notes: readonly string[];
}

/** Who is restarted once the pending changes are made: only holders of Dead containers that come free by it. */
export function decide(args: RestartArgs, facts: Facts, pending: readonly Change[]): Decision {
  const { view } = facts;
  const stuck = outlooks(view, pending).flatMap((outlook) => (outlook.kind === 'pinned' ? [...outlook.by] : []));
  const holdings = holdingsOf(stuck, view);
  const sources = mountsAtSource(view, pending);
  const refusals = new Map(
    holdings.map((holding) => [holding, refusalToRestart(holding, args, facts) ?? copiedAgain(holding, sources, view)]),
  );
  const heldFast = (id: string) => holdings.find((h) => refusals.get(h) !== undefined && holds(h, id));
  const notes: string[] = [];
  const restart = holdings.filter((holding) => {
    const why = refusals.get(holding) ?? inVain(holding, heldFast);
    if (why !== undefined) notes.push(`left alone: ${who(holding)}: ${why}`);
    return why === undefined;
  });
  return { restart, notes };
}

const holds = ({ mounts }: Holding, id: string): boolean => mounts.some(({ container }) => container.id === id);

/** For people. */
export const who = ({ holder, mounts: [first] }: Holding): string =>
  first ? holderText(holder, first.namespace) : holder.kind;

function holdingsOf(stuck: readonly StaleMount[], { daemon }: HostView): Holding[] {
  const holdings = new Map<string, { holder: Holding['holder']; mounts: StaleMount[] }>();
  for (const mount of stuck) {
    const holder = holderOf(mount.namespace, daemon);
    const key = namesOf(holder)[0] ?? mount.namespace.inode;
    const holding = holdings.get(key) ?? { holder, mounts: [] };
    holding.mounts.push(mount);
    holdings.set(key, holding);
  }
  return [...holdings.values()];
}

/** What a holder that is started again gets its copies of. */
function mountsAtSource(view: HostView, pending: readonly Change[]): StaleMount[] {
  const gone = goneWith(pending, view);
  const { init, dockerd } = view.daemon.namespaces;
  return view.stale.filter(
    (m) => (m.namespace.inode === init || m.namespace.inode === dockerd) && !gone.has(mountResource(m)),
  );
}

function copiedAgain({ mounts }: Holding, sources: readonly StaleMount[], view: HostView): string | undefined {
  const source = sources.find((m) => mounts.some(({ container }) => container.id === m.container.id));
  return (
    source &&
    `it would copy the mount again, which is still in ${holderText(holderOf(source.namespace, view.daemon), source.namespace)}`
  );
}

function inVain({ mounts }: Holding, heldFast: (id: string) => Holding | undefined): string | undefined {
  const others = mounts.map(({ container }) => ({ container, by: heldFast(container.id) }));
  const [first] = others;
  if (!first?.by || others.some(({ by }) => by === undefined)) return undefined;
  return `a restart would free nothing: ${first.container.name} is held by ${who(first.by)}, too`;
}
