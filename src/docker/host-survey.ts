import type { HostView } from './host-view.ts';
import type { KeptNamespace } from './kept-namespaces.ts';
import type { LogMessage } from './log-messages.ts';
import type { Copies } from './mount-copies.ts';
import type { Leftover } from './orphans.ts';

/** All that a scan looks at: beyond the stuck containers, what was said of them, what they left, and what may cause the next one. */
export interface Survey extends HostView {
  /** What the daemon and the kernel said of removals in the last day, oldest first; empty where nothing is stuck. */
  readonly messages: readonly LogMessage[];
  /** Mount namespaces that no process or thread is in; looked for only where no visible mount explains a stuck container. */
  readonly kept: readonly KeptNamespace[];
  /** What lies below the data root and belongs to nothing that docker lists. */
  readonly leftovers: readonly Leftover[];
  /** Every namespace but the host's and dockerd's that has mounts of docker's. */
  readonly copies: readonly Copies[];
  /** `systemctl show` of the units among their holders, by the unit's name: MountFlags, PrivateMounts, PrivateTmp, ProtectSystem. */
  readonly units: ReadonlyMap<string, Readonly<Record<string, string>>>;
}
