import type { Recap, RunCall, Software } from '../core/event.ts';
import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import { NO_LIMITS } from '../core/limits.ts';
import type { AskHost, RunPast } from '../core/past.ts';
import { type Step, stepsOf } from '../core/playbook.ts';
import { applyAndVerify, predict } from '../engine/carry-out.ts';
import type { Connect } from '../engine/host-link.ts';
import { HostLocks, type LockWish } from '../engine/host-lock.ts';
import { HostMachines, type KnownMachines } from '../engine/host-machine.ts';
import { memoryOf } from '../engine/host-memory.ts';
import { recordedRun, type Surroundings } from '../engine/recorded-run.ts';
import { tellingGuard } from '../engine/sandbox-status.ts';
import { Approval, type ApprovedPlan } from './approved.ts';
import { findDrifted } from './approved-check.ts';
import { Rollout } from './rollout.ts';
import type { ResolvedPlay } from './rollout-plan.ts';
import type { RunLimits } from './rollout-runner.ts';

/** What is to be done. All of it was checked before. */
export interface RunPlan {
  readonly run: string;
  readonly mode: 'check' | 'run';
  /** Names of the playbooks' files, for the journal. */
  readonly playbooks: readonly string[];
  /** The plays of all playbooks in order. A host is the same host in every play. */
  readonly plays: readonly ResolvedPlay[];
  /** Hosts at work at the same time; > 0. */
  readonly forks: number;
  /** A dry run takes no lock. */
  readonly lock: LockWish;
  /** How it was called, for a later run that goes on with it. */
  readonly call?: RunCall;
  readonly software?: Software;
  /** An earlier run that this one goes on with, and how far that came. */
  readonly past?: RunPast;
  /** Without it, the look at a host alone decides about a change in flight. */
  readonly ask?: AskHost;
  /** Which machines its hosts must be; undefined: whatever they are. */
  readonly known?: KnownMachines;
  /** Needed where a play has limits. */
  readonly limits?: RunLimits;
  /** What people have approved: nothing else is changed; without it, whatever the plays come to. */
  readonly approved?: ApprovedPlan;
  /** What a later rollback needs to reach each host: connection options without secrets, with `name`. */
  readonly hosts: readonly JsonObject[];
  /** Whether a host is usually worked on as another user than the one who logs in; without it none is. */
  readonly becomes?: (host: Host) => boolean;
  /** Asks people before each step of a host; without it all are taken. */
  readonly allows?: (host: string, step: Step) => Promise<boolean>;
}

/**
 * Runs a plan to its end. `connect` is called once per host and user, when the first step needs it; it rejects with SessionError.
 * What goes wrong on hosts is in the recap, never thrown.
 * @throws JournalFailure where not even the beginning could be recorded: no host was touched.
 */
export async function startRun(plan: RunPlan, connect: Connect, around: Surroundings): Promise<Recap> {
  const { run, mode, playbooks, hosts, forks, plays, becomes = () => false, allows = async () => true } = plan;
  const { clock, stop } = around;
  const { call, past, software } = plan;
  const known = { ...(call && { call }), ...(software && { software }), hosts };
  const limits = limitsOf(plan);
  const started = { type: 'run.started', run, version: 1, mode, ...(past && { of: past.run }), playbooks } as const;
  return recordedRun({ ...started, ...known }, around, async (stream) => {
    const locks = new HostLocks(run, plan.lock, { stream, clock, stop }, past && [past.run, ...past.resumes]);
    const machines = new HostMachines(plan.known);
    const entered: Connect = (host, become) => machines.enter(host.name, connect(host, become), stream);
    const locked: Connect = (host, become) => locks.open(host.name, () => entered(host, become));
    const open = mode === 'check' ? tellingGuard(entered, stream) : locked;
    const steps = plays.flatMap(({ play }) => stepsOf([...play.steps, ...play.handlers]));
    const typeOf = (name: string) => steps.find(({ type }) => type.name === name)?.type;
    const approval = plan.approved && new Approval(plan.approved, plays, past);
    const free = mode === 'check' ? predict : applyAndVerify(clock, typeOf);
    const carryOut = approval?.guarding(free) ?? free;
    const given = {
      run: past?.run ?? run,
      mode,
      forks,
      becomes,
      allows,
      confirmed: past?.pauses ?? 0,
      limits,
      machines,
    };
    const runner = {
      ...{ ...given, stream, clock, stop, connect: open, carryOut, approval },
      looksOnce: mode === 'check',
      typeOf,
      memoryOf: memoryOf(plays, past, typeOf, plan.ask),
    };
    // A look takes no lock.
    if (approval !== undefined) await findDrifted({ ...runner, connect: entered }, plays, approval);
    return new Rollout(runner, plays).run();
  });
}

/** @throws Error where limits would not be held because nobody has said how */
function limitsOf({ plays, limits }: RunPlan): RunLimits | undefined {
  const some = plays.find(({ play }) => play.limits !== NO_LIMITS);
  if (some !== undefined && limits === undefined) throw new Error(`play "${some.play.name}" has limits, its run none`);
  return limits;
}
