import { setTimeout as wait } from 'node:timers/promises';
import type { RunEvent } from '../core/event.ts';
import type { HostLog } from '../core/host-log.ts';
import { type Journal, scrub } from '../journal/index.ts';
import { noJournal, type StopControl, type Surroundings } from '../rollout/index.ts';

/** What a run is given: journals and whoever watches, both behind what takes secrets out of events, and the machine's clock. */
export function surroundings(
  journal: Journal | undefined,
  secrets: readonly string[],
  hosts: ((clean: (event: RunEvent) => RunEvent) => HostLog) | undefined,
  stop: StopControl,
  report: (event: RunEvent) => void,
): Surroundings {
  const clean = scrub(secrets);
  return {
    sinks: {
      journal: journal ? (event) => journal.append(clean(event)) : noJournal,
      report: (event) => report(clean(event)),
      recorded: clean,
      hosts: hosts?.(clean),
    },
    clock: { now: Date.now, ticks: () => performance.now(), wait: (ms) => wait(ms) },
    stop,
  };
}
