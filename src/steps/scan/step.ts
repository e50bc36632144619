import { defineStep } from '../../core/step-type.ts';
import { hasOwnNamespace } from '../../docker/daemon.ts';
import { type HostView, lookAtHost } from '../../docker/host-view.ts';
import { holders, outlooks, outlookText } from '../../docker/outlook.ts';
import { willHaveOwnNamespace } from '../../docker/slave-mounts.ts';

/** A read-only look: which containers are stuck, what holds them, and how the daemon runs. Changes nothing. */
export const scan = defineStep<Record<string, never>, HostView, never>({
  name: 'scan',
  description: 'Looks for Dead containers, the mounts that hold them and who keeps those mounts. Changes nothing.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {},
    examples: [{}],
  },
  output: {
    dead: 'int',
    pinned: 'int',
    removable: 'int',
    other_cause: 'int',
    being_removed: 'int',
    holders: 'list<string>',
    summary: 'string',
    running: 'int',
    docker_version: 'string',
    docker_root: 'string',
    driver: 'string',
    live_restore: 'bool',
    containerd: 'string',
    own_namespace: 'bool',
    kubernetes: 'bool',
  },
  deadline: 180,
  probe: (host) => lookAtHost(host),
  plan(_args, view, { pending }) {
    const stuck = outlooks(view, pending);
    const count = (kind: string) => stuck.filter((o) => o.kind === kind).length;
    const lines = stuck.map((o) => outlookText(o, view));
    const { daemon } = view;
    return {
      changes: [],
      notes: lines,
      output: {
        // A removal that runs right now is not stuck yet.
        dead: stuck.length - count('being-removed'),
        pinned: count('pinned'),
        removable: count('removable'),
        other_cause: count('other-cause'),
        being_removed: count('being-removed'),
        holders: [...new Set(stuck.flatMap((o) => (o.kind === 'pinned' ? holders(o.by, view) : [])))],
        summary: lines.length === 0 ? 'no container is stuck' : lines.join('; '),
        running: daemon.containers.filter((c) => c.pid > 0).length,
        docker_version: daemon.version,
        docker_root: daemon.root,
        driver: daemon.driver,
        live_restore: daemon.liveRestore,
        containerd: daemon.containerd,
        own_namespace: hasOwnNamespace(daemon) || willHaveOwnNamespace(daemon, pending),
        kubernetes: daemon.kubernetes.length > 0,
      },
    };
  },
  apply: () => Promise.reject(new Error('scan plans no change')),
  undo: { kind: 'irreversible', reason: 'a scan changes nothing' },
});
