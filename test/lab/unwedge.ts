import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from '../../src/core/change.ts';
import type { HostOutcome, RunEvent } from '../../src/core/event.ts';
import { type Told, unwedge } from '../unwedge.ts';

export type { Told } from '../unwedge.ts';

/** Runs the built command as a user does, with a state directory of the test's own, and reads its event stream. */
export class Unwedge {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'unwedge-state-'));

  run(...args: readonly string[]): Promise<Told> {
    return this.say(['run', '--output', 'json', '--state-dir', this.stateDir, ...args]);
  }

  rollback(run: string, cwd?: string): Promise<Told> {
    return this.say(['rollback', run, '--output', 'json', '--state-dir', this.stateDir], cwd);
  }

  /** Calls `when` with each event as it comes, and with the command's own pid. */
  watch(args: readonly string[], when: (event: RunEvent, pid: number) => void): Promise<Told> {
    const argv = ['run', '--output', 'json', '--state-dir', this.stateDir, ...args];
    return unwedge(argv, { onEvent: (event, { pid }) => when(event, pid) });
  }

  say(args: readonly string[], cwd = process.cwd()): Promise<Told> {
    return unwedge(args, { cwd });
  }
}

/** What a change is, beside the moment: the same in a check and in the run after it. */
const essence = (host: string, { resource, summary, before, after, risk, diff }: Change) => ({
  host,
  resource,
  summary,
  before,
  after,
  risk,
  diff,
});

export const planned = ({ events }: Told) =>
  events.flatMap((e) => (e.type === 'step.planned' ? e.changes.map((change) => essence(e.host, change)) : []));

export const applied = ({ events }: Told) =>
  events.flatMap((e) => (e.type === 'change.applying' ? [essence(e.host, e.change)] : []));

/** Order between hosts is by chance, order on one host is not. */
export const byHost = <T extends { readonly host: string }>(changes: readonly T[]): Record<string, T[]> => {
  const grouped: Record<string, T[]> = {};
  for (const change of changes) grouped[change.host] = [...(grouped[change.host] ?? []), change];
  return grouped;
};

export function outcome({ events }: Told, host: string): HostOutcome | undefined {
  const finished = events.find((e) => e.type === 'run.finished');
  return finished?.type === 'run.finished' ? finished.recap.outcomes.find((o) => o.host === host) : undefined;
}

export function runId({ events }: Told): string {
  const started = events.find((e) => e.type === 'run.started');
  if (started?.type !== 'run.started') throw new Error('there was no run');
  return started.run;
}
