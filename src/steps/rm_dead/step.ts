import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { applyScript } from '../../core/host-script.ts';
import { defineStep } from '../../core/step-type.ts';
import type { Container } from '../../docker/daemon.ts';
import { type HostView, lookAtHost, usersScript } from '../../docker/host-view.ts';
import { containerResource, outlooks, outlookText } from '../../docker/outlook.ts';
import { wordsOf } from '../../docker/users.ts';

const script = applyScript('steps/rm_dead/apply.sh', usersScript);

interface RemovalChange extends Change {
  readonly data: { readonly root: string /** As users.sh is asked. */; readonly words: readonly string[] };
}

/** Removes Dead containers that nothing holds any more, one full id at a time. */
export const rmDead = defineStep<Record<string, never>, HostView, RemovalChange>({
  name: 'rm_dead',
  description:
    'Removes the Dead containers that no mount holds. Leaves alone, and names, those that are still held, Dead for another cause, or whose files somebody uses.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {},
    examples: [{}],
  },
  output: { removed: 'int', left: 'int' },
  // docker itself retries 5 s a path and 20 s a device (docs/docker-facts.md §0).
  deadline: 300,
  probe: (host) => lookAtHost(host),
  plan(_args, view, { pending }) {
    const stuck = outlooks(view, pending);
    const changes = stuck.flatMap((o) => (o.kind === 'removable' ? [change(o.container, view, o.may)] : []));
    const left = stuck.filter((o) => o.kind !== 'removable');
    return {
      changes,
      notes: left.map((o) => outlookText(o, view)),
      output: { removed: changes.length, left: left.length },
    };
  },
  apply: async (host, change) =>
    applied(await host.run(script, [change.data.root, ...change.data.words]), change, { independent: true }),
  undo: {
    kind: 'irreversible',
    reason: 'a removed container does not come back; it was Dead, and its removal was asked for before',
  },
});

function change(container: Container, { daemon }: HostView, may: boolean): RemovalChange {
  return {
    resource: containerResource(container.id),
    summary: `remove Dead container ${container.name} (${container.id.slice(0, 12)})`,
    before: {
      status: 'dead',
      name: container.name,
      image: container.image,
      error: container.error,
    },
    after: null,
    risk: 'none',
    data: { root: daemon.root, words: wordsOf(container, daemon) },
    ...(may ? { may } : {}),
  };
}
