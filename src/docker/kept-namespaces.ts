/** What keeps a mount namespace alive in which no process or thread is (facts/docker.md §5). */
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
