import { printable } from '../../core/printable.ts';
import { MASK } from '../../core/secret.ts';
import { addToEnded, scrub } from '../../journal/index.ts';

/** What became of a notification. */
export interface Note {
  /** `command`, `webhook`, `ping`, or `people` where it came to none of them. */
  readonly by: string;
  /** What a command has printed. */
  readonly said?: string;
  readonly failure?: string;
}

/** Tells failures on stderr, and all of it in the journal of its run, if it has one. Never rejects. */
export async function noteDown(
  notes: readonly Note[],
  { secrets, stateDir, run }: { readonly secrets: readonly string[]; readonly stateDir: string; readonly run?: string },
): Promise<void> {
  const clean = (text: string) => printable(secrets.reduce((all, secret) => all.replaceAll(secret, MASK), text));
  for (const { by, failure } of notes)
    if (failure !== undefined) console.error(`warning: not notified: ${by}: ${clean(failure)}`);
  if (run === undefined || notes.length === 0) return;
  const at = new Date().toISOString();
  const events = notes.map((note) => scrub(secrets)({ at, type: 'run.notified', ...note }));
  await addToEnded(stateDir, run, events).catch((error: Error) =>
    console.error(`warning: what became of notifications is not in the journal of run ${run}: ${error.message}`),
  );
}
