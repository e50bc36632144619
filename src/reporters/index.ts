import type { Output, Reporter, ReporterKind, ReporterOptions } from './reporter.ts';
import { systemTicker, type Ticker } from './ticker.ts';

/** Makes a reporter; only the one asked for is loaded. `ticker` is for tests. */
export async function createReporter(
  kind: ReporterKind,
  output: Output,
  options: ReporterOptions,
  ticker: Ticker = systemTicker,
): Promise<Reporter> {
  switch (kind) {
    case 'tree':
      return new (await import('./tree.ts')).TreeReporter(output, options, ticker);
    case 'plain':
      return new (await import('./plain.ts')).PlainReporter(output, options);
    case 'json':
      return new (await import('./json.ts')).JsonReporter(output);
  }
}
