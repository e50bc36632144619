import type { Change } from '../core/change.ts';
import type { Clock } from '../core/clock.ts';
import type { Step } from '../core/playbook.ts';
import { type Session, SessionError } from '../core/session.ts';
import { type Absence, StepError } from '../core/step-type.ts';
import type { HostLink } from './host-link.ts';

/** Milliseconds between two looks for a host that is away. */
const PAUSE = 2000;
/** Seconds that one look may take. */
const LOOK = 60;

/**
 * Makes one change. Where that may take the host away, a lost connection says nothing: what the host looks like once it
 * answers again does. @throws what apply throws; SessionError where the host stays away; StepError where it is back and
 * something is missing.
 */
export async function applyChange(
  { type }: Step,
  session: Session,
  change: Change,
  link: HostLink,
  clock: Clock,
): Promise<void> {
  const { absence } = type;
  if (absence === undefined) return type.apply(session, change);
  try {
    await type.apply(session, change);
  } catch (error) {
    if (!isAway(error)) throw error;
  }
  await awaitReturn(absence, change, link, clock);
}

async function awaitReturn(absence: Absence<Change>, change: Change, link: HostLink, clock: Clock): Promise<void> {
  const seconds = absence.within(change);
  const end = clock.ticks() + seconds * 1000;
  await link.reset();
  for (;;) {
    const missing = await whatIsMissing(absence, change, link, seconds);
    if (missing === undefined) return;
    if (clock.ticks() >= end) throw missing;
    await clock.wait(PAUSE);
  }
}

/** The error that it would be if the time were over; undefined: nothing is missing. */
async function whatIsMissing(
  absence: Absence<Change>,
  change: Change,
  link: HostLink,
  seconds: number,
): Promise<Error | undefined> {
  const late = `not back within ${seconds} s`;
  try {
    const host = (await link.connection()).readOnly({ deadline: LOOK });
    const missing = await absence.missing(host, change);
    return missing === undefined ? undefined : new StepError(`${late}: ${missing}`, { todo: 'look at it on the host' });
  } catch (error) {
    if (!isAway(error)) throw error;
    await link.reset();
    return new SessionError('unreachable', `${late}: ${error.message}`, error.todo, { cause: error });
  }
}

/** A connection to a host that goes down or comes up ends in any of these ways. */
const isAway = (error: unknown): error is SessionError =>
  error instanceof SessionError && ['unreachable', 'lost', 'deadline'].includes(error.failure);
