import type { Clock } from '../core/clock.ts';
import type { EventOf, Recap } from '../core/event.ts';
import { EventStream, type Sinks } from './event-stream.ts';
import type { StopControl } from './stop-control.ts';

/** The outside world, as the runner knows it. */
export interface Surroundings {
  readonly sinks: Sinks;
  readonly clock: Clock;
  readonly stop: StopControl;
}

/**
 * The frame of every run: its beginning is durable before anything else happens, signals are told of, and it ends with
 * a recap. @throws JournalFailure where the beginning could not be recorded.
 */
export async function recordedRun(
  started: Omit<EventOf<'run.started'>, 'at'>,
  around: Surroundings,
  work: (stream: EventStream) => Promise<Omit<Recap, 'interrupted'>>,
): Promise<Recap> {
  const stream = new EventStream(around.sinks, around.clock);
  await stream.commit(started);
  const stopListening = around.stop.onRaise((times, signal) => {
    void stream.tell({ type: 'run.interrupted', signal, times });
  });
  const ended = await work(stream);
  stopListening();
  const recap: Recap = { ...ended, interrupted: around.stop.level > 0 };
  await stream.tell({ type: 'run.finished', run: started.run, recap });
  stream.rethrowReportFailure();
  return recap;
}
