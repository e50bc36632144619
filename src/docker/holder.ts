import type { Container, Daemon } from './daemon.ts';
import { isShim, managerOf } from './protected.ts';
import type { Namespace, Process } from './stale-mount.ts';

/** Who keeps a mount namespace alive. */
export type Holder =
  | { readonly kind: 'host' }
  | { readonly kind: 'dockerd' }
  | {
      readonly kind: 'container';
      readonly id: string;
      readonly name: string;
      readonly image: string;
    }
  | { readonly kind: 'unit'; readonly unit: string }
  /** The process beside a container that outlives dockerd: in the namespace of a dockerd of before (docs/docker-facts.md §7). */
  | { readonly kind: 'shim'; readonly pid: number /** Its container, where that is known. */; readonly of?: string }
  | { readonly kind: 'process'; readonly pid: number; readonly command: string }
  /** No process is in it: a bind mount or an open descriptor keeps it. */
  | { readonly kind: 'nobody' };

/** Told by namespace first, then by the first process: its container or that it is a shim, else systemd's service, else the process itself. */
export function holderOf(namespace: Namespace, daemon: Daemon): Holder {
  if (namespace.inode === daemon.namespaces.init) return { kind: 'host' };
  if (namespace.inode === daemon.namespaces.dockerd) return { kind: 'dockerd' };
  const first = namespace.processes[0];
  if (!first) return { kind: 'nobody' };
  const container = containerIn(first.cgroup, daemon.containers);
  if (container)
    return {
      kind: 'container',
      id: container.id,
      name: container.name,
      image: container.image,
    };
  if (isShim(first.command)) return shim(first, daemon.containers);
  const unit = /(?:^|\/)([^/]+\.service)(?:\/|$)/.exec(first.cgroup)?.[1];
  // user@1000.service and the like hold sessions, not one service that could be restarted.
  if (unit && !unit.startsWith('user@')) return { kind: 'unit', unit };
  return { kind: 'process', pid: first.pid, command: first.command };
}

function shim({ pid, serves }: Process, containers: readonly Container[]): Holder {
  const of = containers.find(({ id }) => id === serves)?.name;
  return of === undefined ? { kind: 'shim', pid } : { kind: 'shim', pid, of };
}

/** `/docker/ID`, `docker-ID.scope`, `…/podUID/ID`, `…:cri-containerd:ID`; docker in docker has one id within another. */
function containerIn(cgroup: string, containers: readonly Container[]): Container | undefined {
  const ids: readonly string[] = cgroup.match(/(?<![0-9a-z])[0-9a-f]{64}(?![0-9a-z])/g) ?? [];
  return containers.find((c) => ids.includes(c.id));
}

/** For people: `container assist (648fcdd4547a)`. */
export function holderText(holder: Holder, namespace: Namespace): string {
  const pid = namespace.processes[0]?.pid;
  switch (holder.kind) {
    case 'host':
      return "the host's own namespace";
    case 'dockerd':
      return "dockerd's namespace";
    case 'container':
      return `container ${holder.name} (${holder.id.slice(0, 12)}, pid ${pid})`;
    case 'unit':
      return `unit ${holder.unit} (pid ${pid})`;
    case 'shim':
      return `the shim of ${holder.of === undefined ? 'a container' : `container ${holder.of}`} (pid ${holder.pid})`;
    case 'process':
      return `process ${holder.command} (pid ${holder.pid})`;
    case 'nobody':
      return `a namespace without processes (mnt:[${namespace.inode}])`;
    default:
      return holder satisfies never;
  }
}

/** How to make a holder let go by hand; the last remedies of all. */
export function releaseText(holder: Holder): string {
  switch (holder.kind) {
    case 'container': {
      const by = managerOf(holder);
      if (by) return `restart the container that holds it; ${by.reason}: ${by.restart}`;
      return `restart the container that holds it: docker restart ${holder.name}`;
    }
    case 'unit':
      return `restart the service that holds it: systemctl restart ${holder.unit}`;
    case 'shim':
      return `restart the container of that shim when its users can bear it${holder.of === undefined ? '' : `: docker restart ${holder.of}`}`;
    case 'process':
      return `end or restart the program that holds it (pid ${holder.pid}), as its owner sees fit`;
    case 'host':
    case 'dockerd':
    case 'nobody':
      return 'drain the host and reboot it when its services can bear it';
    default:
      return holder satisfies never;
  }
}
