import type { Recap, RunEvent } from '../core/event.ts';
import type { HostLog } from '../core/host-log.ts';
import { type Journal, scrubError } from '../journal/index.ts';
import { createReporter } from '../reporters/index.ts';
import type { Closing } from '../reporters/reporter.ts';
import { StopControl, type Surroundings } from '../rollout/index.ts';
import type { ReportFlags } from './options.ts';
import { Quiet } from './sinks/quiet.ts';
import { surroundings } from './surroundings.ts';

/** Who takes note of a run, and what they must not see. */
interface Observers {
  readonly flags: ReportFlags;
  readonly secrets: readonly string[];
  readonly journal?: Journal;
  /** The hosts' own journals. */
  readonly hosts?: (clean: (event: RunEvent) => RunEvent) => HostLog;
  /** Gets every event, without secrets. */
  readonly hear: (event: RunEvent) => void;
  /** Told in the place of the summary. */
  readonly closing?: Closing;
}

/** Runs `work` between journals, reporter and signals, and closes all of them whatever happens. */
export async function observed(
  { flags, secrets, journal, hosts, hear, closing }: Observers,
  work: (around: Surroundings) => Promise<Recap>,
): Promise<Recap> {
  const quiet = flags.quiet ? new Quiet() : undefined;
  const reporter = await createReporter(flags.output ?? (isScreen(flags) ? 'tree' : 'plain'), output(quiet), {
    diff: flags.diff ?? false,
    verbose: flags.verbose,
    ...(closing && { closing }),
  });
  const stop = new StopControl();
  const ignoreSignals = onSignals(stop);
  try {
    const report = (event: RunEvent) => {
      hear(event);
      quiet?.hear(event);
      reporter.event(event);
    };
    return await work(surroundings(journal, secrets, hosts, stop, report));
  } catch (error) {
    throw scrubError(error, secrets);
  } finally {
    ignoreSignals();
    // The recap tells of hosts that were given up for it; people must still see the recap.
    await journal?.close().catch((error: Error) => console.error(`error: the journal is not whole: ${error.message}`));
    await reporter.end();
    if (quiet) process.stdout.write(quiet.said);
  }
}

const isScreen = ({ quiet }: ReportFlags): boolean => process.stdout.isTTY === true && !quiet;

const output = (quiet: Quiet | undefined) => ({
  stdout: quiet ?? process.stdout,
  stderr: process.stderr,
  columns: process.stdout.columns ?? 80,
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
});

/** The first ends after the step in flight, the second ends that step, a third one ends us at once. */
function onSignals(stop: StopControl): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const raise = (signal: string) => {
    if (stop.level === 2) process.exit(130);
    stop.raise(signal);
  };
  for (const signal of signals) process.on(signal, raise);
  return () => {
    for (const signal of signals) process.off(signal, raise);
  };
}
