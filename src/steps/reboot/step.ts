import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { applyScript, probeScript } from '../../core/host-script.ts';
import { defineStep, type Planned } from '../../core/step-type.ts';
import { bootResource, containerResource, mountResource, outlooks, outlookText } from '../../docker/outlook.ts';
import { type Facts, type RunningContainer, readFacts } from './facts.ts';

interface RebootArgs {
  readonly allow: boolean;
  readonly only_if_stuck: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly together: boolean;
}

interface RebootChange extends Change {
  readonly data: {
    readonly boot: string;
    /** Ids of containers, of which one at least must still be stuck; none: no matter. */
    readonly stuck: readonly string[];
    /** Ids of containers that must run again. */
    readonly back: readonly string[];
    readonly seconds: number;
    readonly todo: string;
  };
}

const apply = applyScript('steps/reboot/apply.sh');
const up = probeScript('steps/reboot/probe-up.sh');

/** The last remedy: no mount namespace outlives a reboot. */
export const reboot = defineStep<RebootArgs, Facts, RebootChange>({
  name: 'reboot',
  description:
    'Reboots the host where a mount still keeps a container stuck, and waits until it is back, docker answers and its containers run. Only with `allow: true`; without it, it tells what would stop, and refuses.',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      allow: { type: 'boolean', default: false, description: 'The host may be rebooted.' },
      only_if_stuck: {
        type: 'boolean',
        default: true,
        description: 'Reboot only where a mount that can be seen still keeps a container stuck.',
      },
      timeout: {
        type: 'integer',
        minimum: 30,
        maximum: 7200,
        default: 600,
        description:
          'Seconds in which it must be back: a new boot, its services started, docker answering, and running again what its restart policy (always, unless-stopped) brings back.',
      },
      together: {
        type: 'boolean',
        default: false,
        description:
          'Allow a play that reboots several hosts at once, or that goes on where one does not come back. Without it the play needs `serial: 1`, and not `on_failure: continue`.',
      },
    },
    examples: [{ allow: true, timeout: 900 }],
  },
  output: { stops: 'int', stuck: 'int' },
  deadline: 300,
  probe: (host) => readFacts(host),
  plan(args, facts, { pending, done }): Planned<RebootChange> {
    const stuck = outlooks(facts.view, pending).filter(({ kind }) => kind === 'pinned');
    const output = { stops: facts.running.length, stuck: stuck.length };
    const isDone = [...pending, ...done].some(({ resource }) => resource === bootResource);
    if (isDone || (args.only_if_stuck && stuck.length === 0)) return { changes: [], output };
    const notes = stuck.map((outlook) => outlookText(outlook, facts.view));
    const refusal = refusalToReboot(args, facts);
    if (refusal) return { changes: [], notes, refusal };
    const ids = args.only_if_stuck ? stuck.map(({ container }) => container.id) : [];
    return { changes: [change(args, facts, ids)], notes: [...notes, ...kubernetesNote(facts)], output };
  },
  apply: async (host, change) => applied(await host.run(apply, [change.data.boot, ...change.data.stuck]), change),
  absence: {
    together: 'together',
    within: ({ data }) => data.seconds,
    async missing(host, { data }) {
      const { code, stderr } = await host.probe(up, [data.boot, ...data.back]);
      return code === 0 ? undefined : stderr.trim();
    },
  },
  undo: { kind: 'irreversible', reason: 'a reboot is not taken back; the host is up again' },
});

function refusalToReboot({ allow }: RebootArgs, facts: Facts): { reason: string; todo: string } | undefined {
  if (!facts.enabled) {
    return {
      reason: 'docker is not started at boot on this host: after a reboot no container would run',
      todo: 'systemctl enable docker.service, if it should be, and run again',
    };
  }
  const [block] = facts.blocked;
  if (allow && block !== undefined) {
    return {
      reason: `a program blocks shutdown, and systemd would refuse to reboot: ${block}`,
      todo: 'see systemd-inhibit --list on the host; wait for that program or end it, then run again',
    };
  }
  if (allow) return undefined;
  return {
    reason: `only a reboot is left for this host, and the playbook does not allow it: it ${costOf(facts)}`,
    todo: 'when its users can bear it: drain the host, then allow: true in the step (unwedge run reboot-last-resort: -e \'{"allow_reboot": true}\')',
  };
}

function kubernetesNote({ view }: Facts): string[] {
  const [why] = view.daemon.kubernetes;
  return why === undefined ? [] : [`this is a Kubernetes node (${why}): drain it before (kubectl drain NODE)`];
}

const comesBack = ({ policy }: RunningContainer): boolean => policy === 'always' || policy === 'unless-stopped';

function change(args: RebootArgs, facts: Facts, stuck: readonly string[]): RebootChange {
  const { boot, running, forgotten, view } = facts;
  const down = running.filter(({ policy }) => (policy || 'no') === 'no').map(({ name }) => name);
  return {
    resource: bootResource,
    gone: [...view.stale.map(mountResource), ...forgotten.map(containerResource)],
    summary: `reboot the host, which ${costOf(facts)}`,
    before: boot,
    after: 'another boot',
    risk: 'reboot',
    ...(running.length === 0 ? {} : { stops: running.length }),
    ...(down.length === 0 ? {} : { down }),
    data: {
      ...{ boot, stuck, back: running.filter(comesBack).map(({ id }) => id), seconds: args.timeout },
      todo: 'look at it on the host: systemctl list-jobs; systemd-inhibit --list; journalctl -b',
    },
  };
}

/** For people: what it stops. */
function costOf({ running, logins }: Facts): string {
  const down = running.filter((container) => !comesBack(container));
  const stops = running.length === 0 ? 'stops no container' : `stops ${counted(running.length, 'running container')}`;
  const stay =
    down.length === 0
      ? ''
      : `, of which ${down.map(({ name }) => name).join(', ')} will or may stay down (no restart policy, or only on failure)`;
  const people = logins.length === 0 ? '' : `, and ends ${counted(logins.length, 'login')} (${logins.join(', ')})`;
  return `${stops}${stay}${people}`;
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
