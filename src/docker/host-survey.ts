import { complete } from '../core/complete.ts';
import { probeScript } from '../core/host-script.ts';
import { keyValue, recordsByKind } from '../core/records.ts';
import type { ReadOnlySession } from '../core/session.ts';
import { holderOf } from './holder.ts';
import { type HostView, isUnexplained, lookAtDaemon, lookWithMounts } from './host-view.ts';
import { type KeptNamespace, lookForKept } from './kept-namespaces.ts';
import { type LogMessage, parseLogs } from './log-messages.ts';
import type { Copies } from './mount-copies.ts';
import { type Leftover, parseLeftovers } from './orphans.ts';

const surveyScript = probeScript('docker/survey.sh');

/** All that a scan looks at: beyond the stuck containers, what was said of them, what they left, and what may cause the next one. */
export interface Survey extends HostView {
  /** What the daemon and the kernel said of removals in the last day, oldest first. */
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

/** In four looks, five where something is held and nobody is seen to hold it. @throws as lookAtHost */
export async function surveyHost(host: ReadOnlySession): Promise<Survey> {
  const view = await lookWithMounts(host, await lookAtDaemon(host));
  const { daemon, mounts, dead } = view;
  const copies = mounts.copies.filter(({ namespace }) => !isDaemons(namespace.inode, view));
  const units = [...new Set(copies.flatMap(({ namespace }) => unitOf(holderOf(namespace, daemon))))];
  const rest = await lookAtRest(host, [daemon.root, daemon.driver, ...units]);
  const kept = dead.some((container) => isUnexplained(container, view))
    ? await lookForKept(host, mounts.namespaceFiles)
    : [];
  return {
    ...view,
    copies,
    kept,
    messages: parseLogs(rest),
    leftovers: parseLeftovers(rest, daemon),
    units: settingsByUnit(rest),
  };
}

const isDaemons = (inode: string, { daemon: { namespaces } }: HostView): boolean =>
  inode === namespaces.init || inode === namespaces.dockerd;

const unitOf = (holder: ReturnType<typeof holderOf>): string[] => (holder.kind === 'unit' ? [holder.unit] : []);

async function lookAtRest(host: ReadOnlySession, args: readonly string[]): Promise<string> {
  const result = await host.probe(surveyScript, args);
  return complete(result, 'the look at leftovers and logs failed', 'docker ps -a; journalctl -u docker');
}

function settingsByUnit(stdout: string): Survey['units'] {
  const settings = new Map<string, Record<string, string>>();
  for (const [unit = '', ...line] of recordsByKind(stdout)('setting')) {
    const [key, value] = keyValue(line.join('\t'));
    settings.set(unit, { ...settings.get(unit), [key]: value });
  }
  return settings;
}
