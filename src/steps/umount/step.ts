import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { applyScript } from '../../core/host-script.ts';
import { defineStep } from '../../core/step-type.ts';
import { holderOf, holderText, releaseText } from '../../docker/holder.ts';
import { type HostView, lookAtHost } from '../../docker/host-view.ts';
import { goneAlong, goneWith, mountResource } from '../../docker/outlook.ts';
import { refusalToUnmount } from '../../docker/safety.ts';
import { shortIds } from '../../docker/short-ids.ts';
import type { StaleMount } from '../../docker/stale-mount.ts';

type Where = 'host' | 'dockerd' | 'shims' | 'holders';
export interface UmountArgs {
  readonly namespaces: readonly Where[];
  readonly lazy: boolean;
}

export interface UmountChange extends Change {
  readonly data: { readonly inside: boolean; readonly argv: readonly string[]; readonly todo: string };
}

/** The programs of dockerd's namespace are the host's; those of a holder's belong to whoever controls the holder. */
const ours = applyScript('steps/umount/apply.sh');
const inside = applyScript('steps/umount/apply-holder.sh');

/** Unmounts what is left of Dead containers' mounts, where that can't reach anything alive (docker/safety.ts). */
export const umount = defineStep<UmountArgs, HostView, UmountChange>({
  name: 'umount',
  description:
    "Unmounts stale mounts of Dead containers in the host's, dockerd's or the holders' mount namespaces, where that is safe.",
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['namespaces'],
    properties: {
      namespaces: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { type: 'string', enum: ['host', 'dockerd', 'shims', 'holders'] },
        description:
          "Where to unmount: the host's own namespace, dockerd's, those of shims (left in the namespace of an earlier dockerd), or of the programs and containers that hold a copy.",
        examples: [['host', 'dockerd']],
      },
      lazy: {
        type: 'boolean',
        default: false,
        description:
          'Where a plain umount says busy: detach now and free later. Hides the holder; leave it off unless you must.',
      },
    },
    examples: [{ namespaces: ['host', 'dockerd'] }],
  },
  output: { unmounted: 'int', left: 'int' },
  onlyRoot: true,
  deadline: 180,
  probe: (host) => lookAtHost(host),
  plan(args, view, { pending }) {
    const gone = goneWith(pending, view);
    const changes: UmountChange[] = [];
    const notes: string[] = [];
    for (const m of view.stale.filter((m) => args.namespaces.some((where) => isIn(m, where, view)))) {
      if (gone.has(mountResource(m))) continue;
      const refusal = refusalToUnmount(m, view.mounts, view.daemon, gone);
      if (refusal !== undefined) notes.push(`left alone: ${describe(m, view)}: ${shortIds(refusal)}`);
      else {
        changes.push(change(m, view, args));
        for (const taken of [m, ...goneAlong(m, view.mounts, gone)]) gone.add(mountResource(taken));
      }
    }
    return { changes, notes, output: { unmounted: changes.length, left: notes.length } };
  },
  apply: async (host, change) =>
    applied(await host.run(change.data.inside ? inside : ours, change.data.argv), change, { independent: true }),
  undo: {
    kind: 'irreversible',
    reason: 'a stale copy is not mounted again: nothing uses it',
  },
});

function isIn({ namespace }: StaleMount, where: Where, { daemon }: HostView): boolean {
  const { kind } = holderOf(namespace, daemon);
  switch (where) {
    case 'host':
    case 'dockerd':
      return namespace.inode === daemon.namespaces[where === 'host' ? 'init' : 'dockerd'];
    case 'shims':
      return kind === 'shim';
    case 'holders':
      return !['host', 'dockerd', 'shim'].includes(kind);
    default:
      return where satisfies never;
  }
}

function describe(m: StaleMount, view: HostView): string {
  return `${shortIds(m.entry.mountpoint)} of ${m.container.name} in ${holderText(holderOf(m.namespace, view.daemon), m.namespace)}`;
}

function change(m: StaleMount, view: HostView, args: UmountArgs): UmountChange {
  const holder = holderOf(m.namespace, view.daemon);
  return {
    resource: mountResource(m),
    summary: `unmount ${describe(m, view)}`,
    before: m.line,
    after: null,
    risk: 'none',
    data: {
      inside: holder.kind !== 'host' && holder.kind !== 'dockerd',
      argv: argv(m, args),
      todo: releaseText(holder),
    },
  };
}

function argv(m: StaleMount, args: UmountArgs): string[] {
  const process = m.namespace.processes[0];
  const identity = [String(process?.pid ?? 1), process?.start ?? '', m.namespace.inode];
  return [m.container.id, ...identity, m.line, m.entry.mountpoint, args.lazy ? 'lazy' : 'plain'];
}
