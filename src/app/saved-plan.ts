import { isDeepStrictEqual } from 'node:util';
import { inputError } from '../core/diagnostic.ts';
import type { EventOf, HostOutcome, Recap, RunEvent } from '../core/event.ts';
import { foretold, type SavedPlan } from '../core/saved-plan.ts';
import { scrub } from '../journal/index.ts';
import type { ApprovedPlan } from '../rollout/index.ts';
import type { RunFlags } from './options.ts';
import { packageVersion } from './own-package.ts';
import type { PreparedRun } from './prepare.ts';
import { callOf } from './run-call.ts';
import type { SessionInput } from './run-session.ts';
import type { ReadPlan } from './saved-plan-file.ts';

/** The same run; `events` gets what is told, with its secrets: only so can be seen that there are some. */
export const overheard =
  (engine: SessionInput['engine'], events: RunEvent[]): SessionInput['engine'] =>
  (open, around) => {
    const report = (event: RunEvent): void => {
      events.push(event);
      around.sinks.report(event);
    };
    return engine(open, { ...around, sinks: { ...around.sinks, report } });
  };

/** The plan that a dry run comes to. @throws InputError where it was interrupted, saw no host, or would show a secret */
export function planFrom(events: readonly RunEvent[], prepared: PreparedRun, flags: RunFlags): SavedPlan {
  const clean = scrub(prepared.secrets);
  const started = events.find((event): event is EventOf<'run.started'> => event.type === 'run.started');
  const finished = events.find((event): event is EventOf<'run.finished'> => event.type === 'run.finished');
  if (started === undefined || finished === undefined) throw new Error('the dry run has no beginning or no end');
  const call = callOf(prepared, flags);
  mustShowNoSecret(events, { ...started, call }, clean);
  const { recap } = clean(finished) as EventOf<'run.finished'>;
  if (recap.interrupted) throw notSaved('the dry run was interrupted');
  const steps = foretold(events);
  const machines = new Map(
    events.flatMap((event) => (event.type === 'host.identified' ? [[event.host, { machine: event.machine }]] : [])),
  );
  const hosts = recap.outcomes.filter(isWell).map(({ host }) => ({
    ...{ host, ...machines.get(host) },
    steps: steps.get(host) ?? [],
  }));
  if (hosts.length === 0) throw notSaved('of no host is it known what a run would do');
  const { run, at: madeAt } = started;
  return { version: 1, run, madeAt, unwedge: packageVersion(), call, hosts, leftOut: leftOut(recap) };
}

const isWell = ({ status }: HostOutcome): boolean => status === 'ok' || status === 'changed';

const leftOut = ({ outcomes }: Recap): SavedPlan['leftOut'] =>
  outcomes
    .filter((outcome) => !isWell(outcome))
    .map(({ host, status, reason }) => ({ host, status, ...(reason && { reason }) }));

const notSaved = (why: string) => inputError(`no plan is saved: ${why}`);

/** What is masked can be neither approved nor compared. */
function mustShowNoSecret(
  events: readonly RunEvent[],
  started: EventOf<'run.started'>,
  clean: (event: RunEvent) => RunEvent,
): void {
  const isShown = (event: RunEvent) => isDeepStrictEqual(clean(event), event);
  if (!isShown({ ...started, playbooks: [], hosts: [] }))
    throw inputError(
      'no plan is saved: it would hold a secret, which a flag gives (-e)',
      'keep it in the inventory, or run without a plan',
    );
  for (const event of events) {
    if (event.type !== 'step.planned' || isShown({ ...event, notes: [], findings: [] })) continue;
    throw inputError(
      `no plan is saved: it would hold a secret, in a change of "${event.step}" on ${event.host}`,
      'run that playbook without a plan, or leave the step out (--skip-tags)',
    );
  }
}

/** What a run is held to. @throws InputError for hosts that the playbooks do not select */
export function approvedBy({ plan, source }: ReadPlan, { plays }: PreparedRun): ApprovedPlan {
  const known = new Set(plays.flatMap(({ hosts }) => hosts.map(({ name }) => name)));
  const foreign = plan.hosts.find(({ host }) => !known.has(host));
  if (foreign !== undefined) throw inputError(`the plan ${source.file} has a host ${foreign.host}, its plays do not`);
  const others = new Map(plan.leftOut.map((one) => [one.host, one]));
  return {
    hosts: new Map(plan.hosts.map(({ host, steps }) => [host, steps])),
    whyNot(host) {
      const { status = 'unknown', reason } = others.get(host) ?? {};
      const why = reason === undefined ? '' : `: ${reason.message}`;
      return { message: `not part of the plan: it was ${status} when that was made${why}` };
    },
  };
}

/** What goes on before anything else can be told: many hosts take their time. */
export const lookingText = ({ plan: { hosts } }: ReadPlan): string =>
  `looking at ${hosts.length === 1 ? '1 host' : `${hosts.length} hosts`} against the plan, before any is touched`;

/** `5 changes on 2 of 3 hosts`. */
export function extentOf({ hosts, leftOut }: SavedPlan): string {
  const counts = hosts.map(({ steps }) => steps.reduce((sum, { changes }) => sum + changes.length, 0));
  const changes = counts.reduce((sum, n) => sum + n, 0);
  const all = hosts.length + leftOut.length;
  const hostsText = `${counts.filter((n) => n > 0).length} of ${all} host${all === 1 ? '' : 's'}`;
  return `${changes} change${changes === 1 ? '' : 's'} on ${hostsText}`;
}
