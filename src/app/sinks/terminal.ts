import { createReporter } from '../../reporters/index.ts';
import type { Closing } from '../../reporters/reporter.ts';
import type { ReportFlags } from '../options.ts';
import { Quiet } from './quiet.ts';
import type { Sink } from './sink.ts';

/** What people and pipes see of a run. `closing`: told in the place of the summary. */
export async function terminal(flags: ReportFlags, closing: Closing | undefined): Promise<Sink> {
  const quiet = flags.quiet ? new Quiet() : undefined;
  const reporter = await createReporter(flags.output ?? (isScreen(flags) ? 'tree' : 'plain'), output(quiet), {
    diff: flags.diff ?? false,
    verbose: flags.verbose,
    ...(closing && { closing }),
  });
  return {
    event(event) {
      quiet?.hear(event);
      reporter.event(event);
    },
    async end() {
      await reporter.end();
      if (quiet) process.stdout.write(quiet.said);
    },
  };
}

const isScreen = ({ quiet }: ReportFlags): boolean => process.stdout.isTTY === true && !quiet;

const output = (quiet: Quiet | undefined) => ({
  stdout: quiet ?? process.stdout,
  stderr: process.stderr,
  columns: process.stdout.columns ?? 80,
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
});
