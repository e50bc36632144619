import type { Namespace } from './mount-namespace.ts';

/** How many mounts of docker's a namespace has, without a container's own `/` and `/dev/shm`. */
export interface Copies {
  /** With one of its processes at least. */
  readonly namespace: Namespace;
  readonly total: number;
  /** Of these the private ones: they stay when docker unmounts its own. */
  readonly lasting: number;
}
