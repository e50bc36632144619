import type { Finding } from '../core/finding.ts';
import type { Container, Daemon } from './daemon.ts';
import { bindOf, bindText } from './finding-binds.ts';
import { finding } from './finding-catalogue.ts';
import { containerData, containerLines, listed, mountLines, mountsData, whoText } from './finding-evidence.ts';
import { holderData, type ToldHolder, tellHolder } from './finding-holder.ts';
import { type Said, saidData, saidLines } from './finding-said.ts';
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
  const told = tellHolder(held[0].namespace, daemon);
  const refused = [...new Set(held.flatMap((mount) => refusals(mount) ?? []))];
  return finding(told.code, {
    subject: `container ${whoText(container)}`,
    message: `${whoText(container)} is stuck: ${heldText(told, held, daemon)}`,
    remedy: remedyText(refused[0], told),
    evidence: [
      ...containerLines(container),
      ...saidLines(said),
      ...mountLines(held),
      ...refused.map((refusal) => `not to be unmounted: ${refusal}`),
    ],
    data: {
      container: containerData(container),
      said: said.map(saidData),
      mounts: mountsData(held),
      holder: holderData(told, bindThat(told, held, daemon)),
      refused,
    },
  });
}

function heldText(told: ToldHolder, held: Held, daemon: Daemon): string {
  const { holder, who } = told;
  const paths = listed([...new Set(held.map(({ path }) => leafOf(path)))]);
  if (holder.kind === 'host' || holder.kind === 'dockerd') return `${paths} still mounted in ${who}`;
  const bind = bindThat(told, held, daemon);
  return `${who} holds ${paths}${bind === undefined ? '' : ` through its bind ${bind}`}`;
}

/** `/:/rootfs`, where a container holds it and docker knows the bind that brought it in. */
function bindThat({ holder }: ToldHolder, [{ entry }]: Held, daemon: Daemon): string | undefined {
  const { id } = holder.kind === 'container' ? holder : {};
  const container = daemon.containers.find((one) => one.id === id);
  const bind = container && bindOf(container, entry.mountpoint);
  return bind && bindText(bind);
}

/** `…/mounts/shm`, `…/merged`: without the directories whose names are ids. */
const leafOf = (path: string): string => `…${path.replace(/^.*\/[0-9a-f]{64}(?:-init)?/, '')}`;

function remedyText(refusal: string | undefined, { release }: ToldHolder): string {
  const free = 'unwedge run free-dead-containers';
  return refusal === undefined
    ? `${free} unmounts that copy and removes the container; where it cannot: ${release}`
    : `${release} (no umount there: ${refusal})`;
}
