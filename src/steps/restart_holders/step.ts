import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { applyScript } from '../../core/host-script.ts';
import { defineStep, type Planned } from '../../core/step-type.ts';
import { releaseText } from '../../docker/holder.ts';
import { holderResource } from '../../docker/outlook.ts';
import { restartOfContainer } from './container.ts';
import { decide, who } from './decision.ts';
import { type Facts, readFacts } from './facts.ts';
import type { Holding, RestartArgs } from './refusal.ts';
import { type Restart, restartOfUnit } from './unit.ts';

interface RestartChange extends Change {
  readonly data: { readonly argv: readonly string[]; readonly todo: string };
}

const script = applyScript('steps/restart_holders/apply.sh');

/** Restarts the services and containers that keep Dead containers stuck, where that is safe and frees one. */
export const restartHolders = defineStep<RestartArgs, Facts, RestartChange>({
  name: 'restart_holders',
  description:
    'Restarts services and containers whose mount namespaces keep Dead containers stuck. Only where that frees one; never what the host, docker or a cluster lives by.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      kinds: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { type: 'string', enum: ['container', 'service'] },
        default: ['container', 'service'],
        description: 'What kinds of holders may be restarted.',
        examples: [['container']],
      },
      never: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description:
          'Who is never restarted: names of units and containers; `*` is any text. Beside docker, containerd, kubelet, sshd, dbus, systemd-* and the like.',
        examples: [['mariadb*', 'billing-?']],
      },
      timeout: {
        type: 'integer',
        minimum: 1,
        maximum: 600,
        default: 90,
        description:
          'Seconds: who may take longer for its stop, by its own settings, is left alone; and who is not up again in that time (healthy, if it has a health check) has failed.',
      },
    },
    examples: [{ never: ['mariadb*'] }],
  },
  output: { restarted: 'int', left: 'int' },
  // The script waits for three times `timeout` at its longest stop, and once more for the start.
  deadline: 2700,
  probe: (host) => readFacts(host),
  plan(args, facts, { pending, done }): Planned<RestartChange> {
    const { restart, notes } = decide(args, facts, pending);
    const again = restart.find(({ holder }) => done.some(({ resource }) => resource === holderResource(holder)));
    if (again) return { changes: [], refusal: copiedAgain(again) };
    const changes = restart.flatMap((holding) => changesOf(holding, args, facts));
    return { changes, notes, output: { restarted: changes.length, left: notes.length } };
  },
  apply: async (host, change) => applied(await host.run(script, change.data.argv), change, { independent: true }),
  undo: { kind: 'irreversible', reason: 'a restart is not taken back; the holder runs' },
});

const copiedAgain = (holding: Holding) => ({
  reason: `${who(holding)} was restarted and has the stale mounts again`,
  todo: 'whatever it is started from has them, too: see the notes of a scan; unwedge run audit -i INVENTORY -v',
});

function changesOf(holding: Holding, args: RestartArgs, facts: Facts): RestartChange[] {
  const restart = restartOf(holding, facts);
  return restart === undefined ? [] : [change(holding, restart, args, facts)];
}

function change(holding: Holding, restart: Restart, args: RestartArgs, facts: Facts): RestartChange {
  const { holder, mounts } = holding;
  const { name, pid, stop, cost } = restart;
  const stuck = [...new Set(mounts.map(({ container }) => container.name))];
  const dockerd = String(facts.view.daemon.pid ?? 1);
  return {
    resource: holderResource(holder) ?? '',
    summary: `restart ${who(holding)}, which holds ${stuck.join(', ')}: ${cost}`,
    before: { pid, holds: mounts.map((m) => m.entry.mountpoint) },
    after: 'restarted',
    risk: 'container-restart',
    ...(holder.kind === 'container' ? { stops: 1 } : {}),
    data: {
      argv: [holder.kind, name, String(pid), String(stop), String(args.timeout), dockerd, ...mounts.flatMap(identity)],
      todo: `see why it does not come up; ${releaseText(holder)}`,
    },
  };
}

/** A mount, and the process by which the script finds it again. */
function identity({ container, namespace, line }: Holding['mounts'][number]): string[] {
  const process = namespace.processes[0];
  return [container.id, String(process?.pid ?? ''), process?.start ?? '', namespace.inode, line];
}

function restartOf({ holder }: Holding, { units, containers }: Facts): Restart | undefined {
  if (holder.kind === 'unit') return restartOfUnit(holder.unit, units);
  return holder.kind === 'container' ? restartOfContainer(holder.id, containers) : undefined;
}
