import type { Finding } from '../core/finding.ts';
import { type Container, type Daemon, hasOwnNamespace } from './daemon.ts';
import { bindOf, bindText } from './finding-binds.ts';
import { type Code, finding } from './finding-catalogue.ts';
import { containerData, containerLines, listed, mountLines, mountsData, whoText } from './finding-evidence.ts';
import { type Said, saidData, saidLines } from './finding-said.ts';
import { type Holder, holderOf, holderText, releaseText } from './holder.ts';
import type { HostView } from './host-view.ts';
import { mountResource } from './outlook.ts';
import { refusalToUnmount } from './safety.ts';
import type { StaleMount } from './stale-mount.ts';

/** Why a stale mount will be left; undefined: it will be unmounted. */
export type Refusals = (mount: StaleMount) => string | undefined;

/** As the umount step decides, with the mounts in its order. */
export function refusalsOf({ stale, mounts, daemon }: HostView): Refusals {
  const gone = new Set<string>();
  const told = new Map<string, string>();
  for (const mount of stale) {
    const refusal = refusalToUnmount(mount, mounts, daemon, gone);
    if (refusal === undefined) gone.add(mountResource(mount));
    else told.set(mountResource(mount), refusal);
  }
  return (mount) => told.get(mountResource(mount));
}

/** Mounts of one container in one namespace. */
export type Held = readonly [StaleMount, ...StaleMount[]];

/** A stuck container and one namespace that pins these mounts of it. */
export function heldFinding(
  container: Container,
  held: Held,
  said: readonly Said[],
  refusals: Refusals,
  daemon: Daemon,
): Finding {
  const holder = holderOf(held[0].namespace, daemon);
  const refused = [...new Set(held.flatMap((mount) => refusals(mount) ?? []))];
  return finding(codeOf(holder, daemon), {
    subject: `container ${whoText(container)}`,
    message: `${whoText(container)} is stuck: ${heldText(holder, held, daemon)}`,
    remedy: remedyText(refused[0], holder),
    evidence: [
      ...containerLines(container),
      ...saidLines(said),
      ...mountLines(held),
      ...refused.map((refusal) => `not to be unmounted: ${refusal}`),
    ],
    data: { container: containerData(container), said: said.map(saidData), mounts: mountsData(held) },
  });
}

function codeOf(holder: Holder, daemon: Daemon): Code {
  switch (holder.kind) {
    case 'container':
      return 'UW001';
    case 'unit':
      return 'UW002';
    case 'dockerd':
      return 'UW004';
    case 'host':
      return hasOwnNamespace(daemon) ? 'UW005' : 'UW004';
    case 'process':
      return 'UW007';
    case 'nobody':
      return 'UW008';
    default:
      return holder satisfies never;
  }
}

function heldText(holder: Holder, held: Held, daemon: Daemon): string {
  const paths = listed([...new Set(held.map(({ path }) => leafOf(path)))]);
  switch (holder.kind) {
    case 'host':
    case 'dockerd':
      return `${paths} still mounted in ${holderText(holder, held[0].namespace)}`;
    case 'container':
      return `${holderText(holder, held[0].namespace)} holds ${paths}${throughBind(holder.id, held, daemon)}`;
    default:
      return `${holderText(holder, held[0].namespace)} holds ${paths}`;
  }
}

/** ` through its bind /:/rootfs`; nothing where docker knows of none. */
function throughBind(id: string, [{ entry }]: Held, daemon: Daemon): string {
  const holder = daemon.containers.find((container) => container.id === id);
  const bind = holder && bindOf(holder, entry.mountpoint);
  return bind === undefined ? '' : ` through its bind ${bindText(bind)}`;
}

/** `…/mounts/shm`, `…/merged`: without the directories whose names are ids. */
const leafOf = (path: string): string => `…${path.replace(/^.*\/[0-9a-f]{64}(?:-init)?/, '')}`;

function remedyText(refusal: string | undefined, holder: Holder): string {
  const free = 'unwedge run playbooks/free-dead-containers.yaml';
  return refusal === undefined
    ? `${free} unmounts that copy and removes the container; where it cannot: ${releaseText(holder)}`
    : `${releaseText(holder)} (no umount there: ${refusal})`;
}
