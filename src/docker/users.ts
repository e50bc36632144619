import { records } from '../core/records.ts';
import type { Container, Daemon } from './daemon.ts';
import { type Holder, holderOf } from './holder.ts';
import type { Namespace } from './mount-namespace.ts';
import { rootfsOf } from './stale-mount.ts';

/** Somebody at work with files that docker deletes along with a container. */
export interface Use {
  /** The container's id. */
  readonly container: string;
  /** For people: `mount /data`, `working directory /var/lib/docker/…`. */
  readonly what: string;
  /** With the one process that was seen; none: it is the kernel itself, for a loop device. */
  readonly namespace: Namespace;
}

/** How users.sh is asked about a container. */
export const wordsOf = ({ id, layer }: Pick<Container, 'id' | 'layer'>, daemon: Daemon): string[] =>
  layer === undefined ? [id, '', ''] : [id, layer, rootfsOf(layer, daemon)];

/** What users.sh prints. */
export const parseUses = (stdout: string): Use[] =>
  records(stdout).flatMap(([kind, container = '', inode = '', pid = '', what = '', cgroup = '', ...command]) =>
    kind === 'use'
      ? [{ container, what, namespace: namespaceOf(inode, { pid: Number(pid), cgroup, command: command.join(' ') }) }]
      : [],
  );

const namespaceOf = (inode: string, process: { pid: number; cgroup: string; command: string }): Namespace => {
  const processes = process.pid === 0 ? [] : [{ ...process, start: '' }];
  return { inode, processes, processCount: processes.length, locked: false };
};

/** For people: `container rescue (0123456789ab, pid 77): mount /data`. */
export function useText({ what, namespace }: Use, daemon: Daemon): string {
  const [process] = namespace.processes;
  if (process === undefined) return what;
  return `${userText(holderOf(namespace, daemon), process, what.startsWith('mount '))}: ${what}`;
}

/** A mount of the host's is nobody's in particular; an open file is always a process'. */
function userText(holder: Holder, { pid, command }: { pid: number; command: string }, isMount: boolean): string {
  switch (holder.kind) {
    case 'container':
      return `container ${holder.name} (${holder.id.slice(0, 12)}, pid ${pid})`;
    case 'unit':
      return `unit ${holder.unit} (pid ${pid}, ${command})`;
    case 'host':
      return isMount ? 'the host' : `process ${command} (pid ${pid})`;
    case 'dockerd':
      return isMount ? "dockerd's namespace" : `process ${command} (pid ${pid})`;
    case 'shim':
    case 'process':
    case 'nobody':
      return `process ${command} (pid ${pid})`;
    default:
      return holder satisfies never;
  }
}
