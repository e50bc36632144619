import type { RunEvent } from '../core/event.ts';
import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import { printable } from '../core/printable.ts';
import type { SavedPlan } from '../core/saved-plan.ts';
import { checkRollouts, startRun } from '../rollout/index.ts';
import { knownMachines } from './known-machines.ts';
import { observed } from './observed.ts';
import type { RunFlags } from './options.ts';
import type { PreparedRun } from './prepare.ts';
import { connect, planOf } from './run-plan.ts';
import { approvedBy, extentOf, lookingText, overheard, planFrom } from './saved-plan.ts';
import { mustBeWritable, type ReadPlan, writePlan } from './saved-plan-file.ts';
import type { Watch } from './sinks/notify.ts';
import { reported } from './sinks/reports.ts';

interface Given {
  /** The plan that it looks after. */
  readonly by?: ReadPlan;
  readonly watch?: Watch;
}

/** A dry run changes nothing, so it leaves nothing to undo and no journal, and keeps nobody out. */
export async function checkRun(
  id: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
  { watch, ...given }: Given,
): Promise<ExitCode> {
  checkRollouts(prepared.plays, 'check', Date.now());
  return reported(flags, { kind: 'check', ...(watch && { watch }) }, (heard) =>
    foretell(id, playbooks, prepared, flags, { ...given, watch: heard }),
  );
}

async function foretell(
  id: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
  { by, watch }: Given & { readonly watch: Watch },
): Promise<ExitCode> {
  if (flags.out !== undefined) await mustBeWritable(flags.out);
  const approved = by && { approved: approvedBy(by, prepared) };
  const plan = {
    ...planOf(id, playbooks, prepared, flags),
    ...approved,
    ...knownMachines(undefined, by, flags),
    mode: 'check',
  } as const;
  const events: RunEvent[] = [];
  if (by) tell([lookingText(by)], flags);
  watch.begin(id);
  const secrets = [...prepared.secrets, ...watch.secrets];
  const recap = await observed({ flags, secrets, hear: watch.hear }, (around) =>
    startRun(plan, connect(prepared), flags.out === undefined ? around : overheard(around, events)),
  );
  if (flags.out !== undefined) await save(flags.out, planFrom(events, prepared, flags), flags);
  const code = exitCodeOf(recap);
  const pending = recap.outcomes.some((o) => o.status === 'changed');
  return code === ExitCode.done && flags.detailedExitcode && pending ? ExitCode.changesPending : code;
}

async function save(file: string, plan: SavedPlan, flags: RunFlags): Promise<void> {
  await writePlan(file, plan);
  const out = plan.leftOut.map(({ host, status }) => `not part of it: ${host} (${status})`);
  const lines = [`plan ${file}: ${extentOf(plan)}`, ...out, `once it is approved: unwedge run --plan ${file}`];
  tell(lines, flags);
}

/** Beside what the reporter prints; where that is for programs, on standard error. */
export function tell(lines: readonly string[], { output, quiet }: RunFlags): void {
  if (quiet) return;
  for (const line of lines) (output === 'json' ? console.error : console.log)(printable(line));
}
