import { Writable } from 'node:stream';
import type { RunEvent } from '../../src/core/event.ts';
import { createReporter } from '../../src/reporters/index.ts';
import type { ReporterKind, ReporterOptions } from '../../src/reporters/reporter.ts';

/** A stream that keeps what is written to it, or fails as a pipe does whose reader has gone. */
export class Captured extends Writable {
  text = '';
  failure: NodeJS.ErrnoException | undefined;

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    if (!this.failure) this.text += chunk.toString();
    done(this.failure);
  }
}

/** All that a reporter prints for a stream of events. */
export async function printed(
  kind: ReporterKind,
  events: readonly RunEvent[],
  options: Partial<ReporterOptions> & { readonly color?: boolean } = {},
): Promise<string> {
  const { color = false, diff = false, verbose = 0 } = options;
  const stdout = new Captured();
  const reporter = await createReporter(
    kind,
    { stdout, stderr: new Captured(), columns: 80, color },
    { diff, verbose },
  );
  for (const event of events) reporter.event(event);
  await reporter.end();
  return stdout.text;
}
