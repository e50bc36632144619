import { applied } from '../../core/applied.ts';
import type { Change } from '../../core/change.ts';
import { applyScript } from '../../core/host-script.ts';
import type { Session } from '../../core/session.ts';
import { defineStep, type Planned } from '../../core/step-type.ts';
import { configProblem, type Facts, needsRestart, type RestartArgs, readFacts, unitResource } from './facts.ts';

interface RestartChange extends Change {
  readonly data: { readonly argv: readonly string[]; readonly todo: string };
}

const apply = applyScript('steps/restart/apply.sh');

/** Restarts a unit that runs with an older configuration than it has, or does not run. */
export const restart = defineStep<RestartArgs, Facts, RestartChange>({
  name: 'restart',
  description:
    'Restarts a unit where its files are newer than its process, and waits until it is up (docker: until the daemon answers and its containers are back).',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['unit'],
    properties: {
      unit: {
        type: 'string',
        pattern: '^[A-Za-z0-9:_.@-]+\\.[a-z]+$',
        description: 'The unit with its suffix.',
        examples: ['docker.service'],
      },
      config: {
        type: 'array',
        items: { type: 'string', pattern: '^/' },
        default: [],
        description: "Further files the program reads at its start, beside the unit's own.",
        examples: [['/etc/docker/daemon.json']],
      },
      force: {
        type: 'boolean',
        default: false,
        description: 'Restart even where nothing has changed.',
      },
      wait: {
        type: 'integer',
        minimum: 1,
        maximum: 600,
        default: 60,
        description: 'Seconds in which it must be up again.',
      },
    },
    examples: [{ unit: 'docker.service', config: ['/etc/docker/daemon.json'] }],
  },
  output: {},
  deadline: 300,
  probe: (host, args) => readFacts(host, args),
  plan(args, facts, { pending, done }): Planned<RestartChange> {
    const why = needsRestart(args, facts, pending, done);
    if (why === undefined) return { changes: [] };
    const problem = configProblem(facts, pending);
    if (problem) return { changes: [], refusal: problem };
    return { changes: [change(args, facts, why)] };
  },
  apply: restartUnit,
  undo: {
    kind: 'repeat',
    call: ({ resource, data }) => ({
      script: apply,
      args: data.argv,
      summary: resource.replace('unit', 'restart'),
    }),
    async interrupts(host, { resource, data: { argv } }) {
      const unit = resource.replace(/^unit /, '');
      const facts = await readFacts(host, { unit, config: [], force: true, wait: Number(argv[1]) });
      const isDocker = unit === 'docker.service';
      return { summary: `restart ${unit}${isDocker ? `: ${consequence(facts)}` : ''}`, ...stopped(isDocker, facts) };
    },
  },
});

async function restartUnit(host: Session, change: RestartChange): Promise<void> {
  applied(await host.run(apply, change.data.argv), change);
}

function change(args: RestartArgs, facts: Facts, why: string): RestartChange {
  const stops = facts.liveRestore ? [] : facts.running;
  const comeBack = stops.filter(({ policy }) => policy === 'always' || policy === 'unless-stopped');
  const isDocker = args.unit === 'docker.service';
  const down = stops.filter(({ policy }) => (policy || 'no') === 'no').map(({ name }) => name);
  return {
    resource: unitResource(args.unit),
    summary: `restart ${args.unit} (${why})${isDocker ? `: ${consequence(facts)}` : ''}`,
    before: { active: facts.active, pid: facts.pid },
    after: 'restarted',
    risk: isDocker ? 'daemon-restart' : 'none',
    ...stopped(isDocker, facts),
    ...(isDocker && down.length > 0 ? { down } : {}),
    data: {
      argv: [args.unit, String(args.wait), ...comeBack.map((c) => c.id)],
      todo: `look at it on the host: systemctl status ${args.unit}; journalctl -u ${args.unit}`,
    },
  };
}

/** Where docker hangs, nobody can tell. */
function stopped(isDocker: boolean, { active, answers, running, liveRestore }: Facts): Pick<Change, 'stops'> {
  if (isDocker && active === 'active' && !answers) return { stops: 'unknown' };
  return liveRestore || running.length === 0 ? {} : { stops: running.length };
}

function consequence({ active, answers, running, liveRestore }: Facts): string {
  if (active === 'active' && !answers) return 'docker does not answer, how many containers it stops is not known';
  const n = running.length;
  if (n === 0) return 'no container runs';
  if (liveRestore) return `${containers(n)} ${n === 1 ? 'stays' : 'stay'} up (live-restore)`;
  const [never, maybe] = ['no', 'on-failure'].map(
    (policy) => running.filter((c) => (c.policy || 'no') === policy).length,
  );
  const rest = [
    never ? `; ${never} of them ${never === 1 ? 'has' : 'have'} no restart policy and will stay down` : '',
    maybe ? `; ${maybe} of them ${maybe === 1 ? 'restarts' : 'restart'} on failure only and may stay down` : '',
  ];
  return `stops ${containers(n)}${rest.join('')}`;
}

const containers = (n: number): string => (n === 1 ? '1 running container' : `${n} running containers`);
