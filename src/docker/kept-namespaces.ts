import { complete } from '../core/complete.ts';
import { probeScript } from '../core/host-script.ts';
import { recordsByKind } from '../core/records.ts';
import type { ReadOnlySession } from '../core/session.ts';

const keptScript = probeScript('docker/kept.sh');

/** What keeps a mount namespace alive in which no process or thread is (docs/docker-facts.md §5). */
export type Keeper =
  /** A bind mount of a namespace's file, as `ip netns` and some runtimes make them. */
  | { readonly kind: 'bind'; readonly mountpoint: string; readonly namespace: string }
  /** A descriptor that a process has open on it. */
  | { readonly kind: 'descriptor'; readonly pid: number; readonly fd: number; readonly command: string };

/** Its mounts can't be read: that would take a program that enters it. */
export interface KeptNamespace {
  readonly inode: string;
  readonly by: readonly Keeper[];
}

/** `mnt:[INODE]`, mounted at a mountpoint in a namespace. */
export interface NamespaceFile {
  readonly inode: string;
  readonly mountpoint: string;
  readonly namespace: string;
}

/** The namespaces that only a mounted file or an open descriptor keeps. @throws StepError where /proc can't be read. */
export async function lookForKept(host: ReadOnlySession, files: readonly NamespaceFile[]): Promise<KeptNamespace[]> {
  const result = await host.probe(keptScript);
  return keptNamespaces(complete(result, 'open descriptors could not be read', 'run as root, or with -b'), files);
}

function keptNamespaces(stdout: string, files: readonly NamespaceFile[]): KeptNamespace[] {
  const rows = recordsByKind(stdout);
  const inhabited = new Set(rows('inhabited').map(([inode]) => inode));
  const keepers = new Map<string, Keeper[]>();
  const keep = (inode: string, keeper: Keeper) => keepers.set(inode, [...(keepers.get(inode) ?? []), keeper]);
  for (const { inode, mountpoint, namespace } of files) {
    if (!inhabited.has(inode)) keep(inode, { kind: 'bind', mountpoint, namespace });
  }
  for (const [inode = '', pid, fd, ...command] of rows('descriptor')) {
    keep(inode, { kind: 'descriptor', pid: Number(pid), fd: Number(fd), command: command.join(' ') });
  }
  return [...keepers].map(([inode, by]) => ({ inode, by }));
}
