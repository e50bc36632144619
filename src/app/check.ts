import type { RunEvent } from '../core/event.ts';
import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import { printable } from '../core/printable.ts';
import type { SavedPlan } from '../core/saved-plan.ts';
import type { RunFlags } from './options.ts';
import type { PreparedRun } from './prepare.ts';
import { playsSession } from './run-plan.ts';
import { type CommandInput, POLICIES } from './run-session.ts';
import { extentOf, overheard, planFrom } from './saved-plan.ts';
import { mustBeWritable, type ReadPlan, writePlan } from './saved-plan-file.ts';

/** A dry run: it changes nothing, so it leaves nothing to undo and keeps nobody out. `by`: the plan that it looks after. @throws InputError */
export async function checkSession(
  run: string,
  playbooks: readonly string[],
  prepared: PreparedRun,
  flags: RunFlags,
  by?: ReadPlan,
): Promise<CommandInput> {
  const { out } = flags;
  const session = playsSession(POLICIES.check, run, playbooks, prepared, flags, { by });
  if (out !== undefined) await mustBeWritable(out);
  const events: RunEvent[] = [];
  return {
    ...session,
    flags,
    engine: out === undefined ? session.engine : overheard(session.engine, events),
    async finish(recap) {
      if (out !== undefined) await save(out, planFrom(events, prepared, flags), flags);
      const code = exitCodeOf(recap);
      const pending = recap.outcomes.some((o) => o.status === 'changed');
      return code === ExitCode.done && flags.detailedExitcode && pending ? ExitCode.changesPending : code;
    },
  };
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
