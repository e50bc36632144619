import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { applyScript, probeScript, undoScript } from '../../core/host-script.ts';
import { defineStep, type Planned } from '../../core/step-type.ts';
import { bootResource, containerResource } from '../../docker/outlook.ts';
import { type Facts, type Home, readFacts } from './facts.ts';

interface OrphansArgs {
  readonly remove: boolean;
}

interface OrphanChange extends Change {
  readonly data: {
    readonly root: string;
    readonly id: string;
    readonly changed: string;
    /** MODE UID GID PATH of each directory, the deepest first. */
    readonly tree: readonly string[];
  };
}

const apply = applyScript('steps/orphans/apply.sh');
const undo = undoScript('steps/orphans/undo.sh');
const look = probeScript('steps/orphans/probe-undo.sh');

/** Of an audit's user who is not root. */
const NOT_SEEN = { unseen: ["what lies below docker's data root: only root may look there"] } as const;

/** What removals left below docker's data root: told; of it, empty directories may be taken away, by rmdir only. */
export const orphans = defineStep<OrphansArgs, Facts | typeof NOT_SEEN, OrphanChange>({
  name: 'orphans',
  description:
    'Tells what removals have left below the data root: directories and layers of containers that docker does not know. With `remove: true` it takes away empty directories that nothing refers to; no file is ever deleted.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      remove: {
        type: 'boolean',
        default: false,
        description:
          'Take away the empty directories that are left of a container: only where docker, which was started since, does not know it, and no mount, control group or process refers to it.',
      },
    },
    examples: [{ remove: true }],
  },
  output: { directories: 'int', layers: 'int', removed: 'int' },
  deadline: 180,
  probe: async (host) => (host.guard?.enforced === 'uid' ? NOT_SEEN : readFacts(host)),
  plan({ remove }, facts, { pending }): Planned<OrphanChange> {
    if ('unseen' in facts) return { changes: [], ...facts };
    const known = new Set(facts.daemon.containers.map(({ id }) => id));
    const gone = new Set(pending.flatMap(({ resource, gone = [] }) => [resource, ...gone]));
    // docker does not find it again after the reboot, and whatever refers to it is gone then, too.
    const forgotten = ({ id }: Home) => gone.has(bootResource) && gone.has(containerResource(id));
    const homes = facts.homes.filter((home) => (!known.has(home.id) || forgotten(home)) && !gone.has(resourceOf(home)));
    const looked = homes.map((home) => ({
      home,
      why: forgotten(home) ? whyKept(home) : (whyKept(home) ?? whyNotYet(home, facts)),
    }));
    const removable = remove ? looked.filter(({ why }) => why === undefined).map(({ home }) => home) : [];
    const layers = facts.layers.filter((id) => !known.has(id));
    return {
      changes: removable.map((home) => change(home, facts.daemon.root)),
      notes: [
        ...looked
          .filter(({ home }) => !removable.includes(home))
          .map(({ home, why }) => note(home, why, facts.daemon.root)),
        ...layers.map(
          (id) =>
            `the layer of container ${id.slice(0, 12)}, which docker does not know, is left alone: it holds files`,
        ),
      ],
      output: { directories: homes.length, layers: layers.length, removed: removable.length },
    };
  },
  async apply(host, change) {
    const { root, id, changed, tree } = change.data;
    const paths = tree.filter((_, i) => i % 4 === 3);
    applied(await host.run(apply, [root, id, changed, ...paths]), change, { independent: true });
  },
  undo: {
    kind: 'reverse',
    call({ data: { root, id, tree } }) {
      return { script: undo, args: [root, id, ...tree], summary: `make ${root}/containers/${id} again`, look };
    },
  },
});

const resourceOf = ({ id }: Home): string => `orphan ${id}`;

/** Why it is more than the skeleton that a half removed container leaves. */
function whyKept({ hasConfig, holds, tree }: Home): string | undefined {
  if (hasConfig) return 'it still has its configuration, which docker did not load: journalctl -u docker says why';
  if (holds !== undefined) return `it holds files or the like: ${holds}`;
  return tree.length === 0 ? 'it could not be looked into' : undefined;
}

function whyNotYet({ users, changed }: Home, { started }: Facts): string | undefined {
  if (users.length > 0) return `something refers to it: ${users.join(', ')}`;
  // A container that docker is making at this moment looks the same; what was there when it started it has looked at.
  if (started === undefined || Number(changed) >= Math.floor(started))
    return 'it is younger than the process of dockerd, which has not been started since';
  return undefined;
}

const note = (home: Home, why: string | undefined, root: string): string =>
  `docker does not know ${root}/containers/${home.id}: ${why === undefined ? 'empty directories that nothing refers to (remove: true takes them away)' : `left alone, ${why}`}`;

function change(home: Home, root: string): OrphanChange {
  const { id, changed, tree } = home;
  const words = tree.flatMap(({ mode, uid, gid, path }) => [mode, uid, gid, path]);
  return {
    resource: resourceOf(home),
    summary: `remove the ${tree.length === 1 ? 'empty directory' : `${tree.length} empty directories`} left of container ${id.slice(0, 12)}: ${root}/containers/${id}`,
    before: tree.map((directory) => ({ ...directory })),
    after: null,
    risk: 'none',
    data: { root, id, changed, tree: words },
  };
}
