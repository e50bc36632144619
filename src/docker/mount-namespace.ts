/** One process in a mount namespace. */
export interface Process {
  readonly pid: number;
  /** Start time, field 22 of /proc/PID/stat: with the pid it names one process for good. */
  readonly start: string;
  readonly cgroup: string;
  readonly command: string;
  /** The id of the container whose shim it is, where its arguments say so. */
  readonly serves?: string;
}

/** A mount namespace that has a mount worth looking at. */
export interface Namespace {
  readonly inode: string;
  /** At most 50 of them, the oldest first: it is there the longest. */
  readonly processes: readonly Process[];
  readonly processCount: number;
  /** Its oldest process is in a user namespace of its own: the kernel holds copied mounts fast there (MNT_LOCKED). */
  readonly locked: boolean;
  /** No process as a whole is in it: these are threads of processes that are elsewhere. */
  readonly ofThreads?: true;
}
