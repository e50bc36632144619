import type { Recap } from '../core/event.ts';
import type { Host } from '../core/inventory.ts';
import type { JsonObject } from '../core/json.ts';
import type { Connection } from '../core/session.ts';
import { applyAndVerify, predict } from './carry-out.ts';
import { recordedRun, type Surroundings } from './recorded-run.ts';
import { type ResolvedPlay, Rollout } from './rollout.ts';

/** What is to be done. All of it was checked before. */
export interface RunPlan {
  readonly run: string;
  readonly mode: 'check' | 'run';
  /** Names of the playbooks' files, for the journal. */
  readonly playbooks: readonly string[];
  /** The plays of all playbooks in order. A host is the same host in every play. */
  readonly plays: readonly ResolvedPlay[];
  /** Hosts at work at the same time; > 0. */
  readonly forks: number;
  /** What a later rollback needs to reach each host: connection options without secrets, with `name`. */
  readonly hosts: readonly JsonObject[];
}

/**
 * Runs a plan to its end. `connect` is called once per host, when its first step needs it; it rejects with SessionError.
 * What goes wrong on hosts is in the recap, never thrown.
 * @throws JournalFailure where not even the beginning could be recorded: no host was touched.
 */
export async function startRun(
  plan: RunPlan,
  connect: (host: Host) => Promise<Connection>,
  around: Surroundings,
): Promise<Recap> {
  const { run, mode, playbooks, hosts, forks, plays } = plan;
  const { clock, stop } = around;
  const carryOut = mode === 'check' ? predict : applyAndVerify(clock);
  return recordedRun({ type: 'run.started', run, version: 1, mode, playbooks, hosts }, around, (stream) =>
    new Rollout({ stream, clock, stop, forks, connect, carryOut }, plays).run(),
  );
}
