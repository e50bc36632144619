import type { Change } from '../core/change.ts';
import type { Container } from './daemon.ts';
import { type Holder, holderOf, holderText } from './holder.ts';
import type { HostView } from './host-view.ts';
import { detaches, pins } from './pins.ts';
import { takenAlong } from './propagation.ts';
import { classifyMessage } from './removal-error.ts';
import { shortIds } from './short-ids.ts';
import type { Mounts, PlacedMount, StaleMount } from './stale-mount.ts';
import { type Use, useText } from './users.ts';

/** The names by which steps tell each other what they would change. */
export const mountResource = (m: PlacedMount): string =>
  `mount mnt:[${m.namespace.inode}] ${m.entry.id} ${m.entry.mountpoint}`;
export const containerResource = (id: string): string => `container ${id}`;
/** A new one leaves no mount namespace of the old. */
export const bootResource = 'host boot';

/** Of a container or a unit that keeps a mount namespace: `holder container ID`, `holder unit ntpd.service`. */
export const holderResource = (holder: Holder): string | undefined => {
  if (holder.kind === 'container') return `holder container ${holder.id}`;
  return holder.kind === 'unit' ? `holder unit ${holder.unit}` : undefined;
};

/** What these changes leave nothing of: what they name, mounts of removed containers and in restarted holders, and what umounts take along. */
export function goneWith(changes: readonly Change[], view: HostView): Set<string> {
  const resources = new Set(changes.flatMap((change) => [change.resource, ...(change.gone ?? [])]));
  const owners = (m: StaleMount) => [
    containerResource(m.container.id),
    holderResource(holderOf(m.namespace, view.daemon)) ?? '',
  ];
  const along = view.stale.filter((m) => owners(m).some((owner) => resources.has(owner)));
  const named = new Set([...resources, ...along.map(mountResource)]);
  const gone = new Set(named);
  for (const m of view.stale.filter((m) => named.has(mountResource(m))))
    for (const other of goneAlong(m, view.mounts, gone)) gone.add(mountResource(other));
  return gone;
}

/** What an umount takes along once these are gone: no copy on which something still lies, for that one the kernel calls busy and leaves (propagate_umount in fs/pnode.c). */
export function goneAlong(mount: StaleMount, mounts: Mounts, gone: ReadonlySet<string>): PlacedMount[] {
  const carries = ({ entry, namespace }: PlacedMount) =>
    mounts.placed.some(
      (upon) =>
        upon.entry.parent === entry.id &&
        upon.namespace.inode === namespace.inode &&
        upon.entry.mountpoint !== entry.mountpoint &&
        !gone.has(mountResource(upon)),
    );
  return takenAlong(mount, mounts).filter((other) => !carries(other));
}

/** What becomes of one Dead container. */
export type Outlook =
  /** Nothing that can be seen holds it: docker rm will do. `may`: nothing that is or will be done explains why it was stuck and no longer is. */
  | { readonly kind: 'removable'; readonly container: Container; readonly may: boolean }
  | {
      readonly kind: 'pinned';
      readonly container: Container;
      readonly by: readonly StaleMount[];
    }
  /** docker's own error says that it is not a busy mount. */
  | {
      readonly kind: 'other-cause';
      readonly container: Container;
      readonly error: string;
    }
  /** Others are at work with files that docker would delete along with it. */
  | { readonly kind: 'in-use'; readonly container: Container; readonly by: readonly Use[] }
  /** A removal is running right now. */
  | { readonly kind: 'being-removed'; readonly container: Container };

/** The Dead containers that are left once the pending changes are made. */
export function outlooks(view: HostView, pending: readonly Change[]): Outlook[] {
  const gone = goneWith(pending, view);
  return view.dead
    .filter((container) => !gone.has(containerResource(container.id)))
    .map((container) => outlook(container, view, pending));
}

function outlook(container: Container, view: HostView, pending: readonly Change[]): Outlook {
  if (container.status !== 'dead') return { kind: 'being-removed', container };
  const by = pinsOf(container, view, pending);
  if (by.length > 0) return { kind: 'pinned', container, by };
  // Any other removal error than a busy one is a cause that is still there.
  const cause = isRemovalError(container.error) ? classifyMessage(container.error).cause : undefined;
  if (cause === 'other') return { kind: 'other-cause', container, error: container.error };
  const uses = view.uses.filter((use) => use.container === container.id);
  if (uses.length > 0) return { kind: 'in-use', container, by: uses };
  return { kind: 'removable', container, may: pinsOf(container, view, []).length === 0 };
}

/** The mounts of it that keep docker from removing it once the pending changes are made. */
function pinsOf(container: Container, view: HostView, pending: readonly Change[]): StaleMount[] {
  const gone = goneWith(pending, view);
  const detaching = detaches(view.daemon, pending);
  return view.stale.filter(
    (m) =>
      m.container.id === container.id && !gone.has(mountResource(m)) && pins(m, view.daemon, view.mounts, detaching),
  );
}

/** `.State.Error` may also be left over from a failed start. */
const isRemovalError = (error: string): boolean =>
  /(failed|unable) to remove|cannot remove|failed to destroy/i.test(error);

/** For people: the container and why it is stuck, in one line. */
export function outlookText(outlook: Outlook, view: HostView): string {
  const who = `${outlook.container.name} (${outlook.container.id.slice(0, 12)})`;
  switch (outlook.kind) {
    case 'removable':
      return `${who} is Dead and nothing${outlook.may ? ' that can be seen' : ''} holds it`;
    case 'being-removed':
      return `${who} is being removed right now`;
    case 'other-cause':
      return `${who} is Dead for another cause than a busy mount: ${shortIds(outlook.error)}`;
    case 'pinned':
      return `${who} is held by ${holders(outlook.by, view).join(', ')}`;
    case 'in-use':
      return `${who} is left alone: its files are in use, and docker would delete them: ${usersText(outlook.by, view)}`;
    default:
      return outlook satisfies never;
  }
}

/** Who uses its files, and how; some of them, where there are many. */
export function usersText(uses: readonly Use[], { daemon }: Pick<HostView, 'daemon'>): string {
  const all = [...new Set(uses.map((use) => useText(use, daemon)))];
  return all.slice(0, 3).join('; ') + (all.length > 3 ? `; and ${all.length - 3} more` : '');
}

/** Each holder once. */
export function holders(stale: readonly StaleMount[], view: HostView): string[] {
  return [...new Set(stale.map((m) => holderText(holderOf(m.namespace, view.daemon), m.namespace)))];
}
