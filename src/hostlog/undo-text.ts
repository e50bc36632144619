import type { Change } from '../core/change.ts';
import type { Intent } from '../core/host-log.ts';
import type { HostScript } from '../core/host-script.ts';
import { printable } from '../core/printable.ts';
import type { Undo } from '../core/step-type.ts';

/** A script with its arguments as one text that `sh` runs. */
export type Standalone = (script: HostScript, args: readonly string[]) => Promise<string>;

/** The text of SEQ.sh: it takes one change back without unwedge, and holds what undo.sh and other controllers need to know. */
export async function undoText(intent: Intent, run: string, standalone: Standalone): Promise<string> {
  const { event, deadline } = intent;
  // Shown to people only, and what it says stands twice in the rest.
  const { diff: _, ...change } = event.change;
  const { kind, body } = await undoOf(intent, standalone);
  const head = [
    '#!/bin/sh',
    `# ${printable(change.summary)}`,
    `# Takes this back on ${printable(event.host)}: change ${event.seq} of unwedge run ${run}. All of the run: undo.sh beside it.`,
    `# Exit: 0 it is back, 9 somebody has changed it since and it is kept, else it failed.`,
    ...[`#:kind\t${kind}`, `#:seconds\t${deadline}`, `#:resource\t${JSON.stringify(change.resource)}`],
    ...(change.risk === 'none' ? ['#:harmless'] : []),
    `#:event\t${JSON.stringify({ ...event, change })}`,
  ];
  return [...head, body].join('\n');
}

/** How it is taken back, in the words of plan.sh, and what does it. */
async function undoOf(
  { event: { change, scrubbed }, undo }: Intent,
  standalone: Standalone,
): Promise<{ readonly kind: string; readonly body: string }> {
  const reason = whyIrreversible(undo, change);
  if (reason !== undefined) return { kind: 'irreversible', body: refusal(reason) };
  // What was there is not to be had from what a secret was taken out of.
  if (scrubbed) return { kind: 'scrubbed', body: refusal('a secret was taken out of its record') };
  if (undo.kind === 'irreversible') throw new Error('an irreversible change has a reason');
  const { script, args } = undo.call(change);
  return { kind: undo.kind, body: await standalone(script, args) };
}

function whyIrreversible(undo: Undo<Change>, change: Change): string | undefined {
  if (undo.kind === 'irreversible') return undo.reason;
  return undo.kind === 'reverse' ? undo.irreversible?.(change) : undefined;
}

function refusal(reason: string): string {
  const line = printable(reason);
  return `#:reason\t${line}\necho 'it is not taken back: see the reason in this file' >&2\nexit 1`;
}
