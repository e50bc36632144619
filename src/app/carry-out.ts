import { type ExitCode, exitCodeOf } from '../core/exit-code.ts';
import { DRIFTED, LEFT } from '../core/host-script.ts';
import type { AskHost, RunPast } from '../core/past.ts';
import { changeOnHost } from '../hostlog/change-probe.ts';
import { loadEvents, openJournal } from '../journal/index.ts';
import { checkRollouts, startRun } from '../rollout/index.ts';
import { tell } from './check.ts';
import { hostJournals } from './host-journals.ts';
import { knownMachines } from './known-machines.ts';
import { limitsOf } from './limits.ts';
import { observed } from './observed.ts';
import type { RunFlags } from './options.ts';
import type { PreparedRun } from './prepare.ts';
import { callOf } from './run-call.ts';
import { connect, planOf } from './run-plan.ts';
import { approvedBy, lookingText } from './saved-plan.ts';
import type { ReadPlan } from './saved-plan-file.ts';
import { SentScripts } from './sent-scripts.ts';
import { playbookName } from './shipped-playbooks.ts';
import type { Watch } from './sinks/notify.ts';
import { reported } from './sinks/reports.ts';
import { stateDir } from './state-dir.ts';
import { accountsOf } from './step-users.ts';

/** What a run is about beside its playbooks. */
interface Given {
  /** An earlier run that this one goes on with. */
  readonly past?: RunPast;
  /** What it is held to. */
  readonly by?: ReadPlan | undefined;
  readonly watch?: Watch;
}

/** Runs what was prepared, with a journal. */
export async function carryOutRun(
  run: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
  given: Given = {},
): Promise<ExitCode> {
  checkRollouts(prepared.plays, 'run', Date.now());
  const { past, watch } = given;
  const events = past && (() => loadEvents(stateDir(flags), past.run));
  return reported(flags, { kind: 'run', ...(watch && { watch }), past: events }, (heard) =>
    carryOut(run, playbooks, prepared, flags, { ...given, watch: heard }),
  );
}

async function carryOut(
  run: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
  { past, by, watch }: Given & { readonly watch: Watch },
): Promise<ExitCode> {
  const approved = by && { approved: approvedBy(by, prepared) };
  const call = callOf(prepared, flags, by?.source);
  const plan = { ...planOf(run, playbooks, prepared, flags), ...approved, mode: 'run', call } as const;
  const journal = await openJournal(stateDir(flags), run);
  const sent = new SentScripts(journal);
  // What a host keeps of a run is one journal, whoever goes on with it.
  const hosts = hostJournals(past?.run ?? run, playbooks.map(playbookName), sent.texts, accountsOf(prepared));
  const ahead = past && { past, ask: askingOf(past.run), limits: limitsOf(past.run, playbooks, flags) };
  const known = knownMachines(past, by, flags);
  watch.begin(run);
  if (by) tell([lookingText(by)], flags);
  const secrets = [...prepared.secrets, ...watch.secrets];
  const recap = await observed({ flags, secrets, journal, hosts, hear: watch.hear }, (around) =>
    startRun({ ...plan, ...ahead, ...known }, sent.over(connect(prepared)), around),
  );
  return exitCodeOf(recap);
}

const askingOf =
  (run: string): AskHost =>
  async (session, seq) => {
    const change = await changeOnHost(session, run, seq);
    if (change.kind === 'none') return 'not-done';
    if (change.kind === 'ended' && change.code === 0) return 'done';
    if (change.kind === 'ended' && (change.code === DRIFTED || change.code === LEFT)) return 'not-done';
    return change.kind === 'undone' ? 'undone' : 'unknown';
  };
