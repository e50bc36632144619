import { fileURLToPath } from 'node:url';
import { type ExitCode, exitCodeOf } from '../core/exit-code.ts';
import { newRunId } from '../journal/index.ts';
import { ReportFold } from '../reports/fold-report.ts';
import { startRun } from '../runner/index.ts';
import type { ConnectionFlags, ReportFlags, RunFlags } from './flags.ts';
import { observed } from './observed.ts';
import { prepareRun } from './prepared-run.ts';
import { connect, planOf } from './run-plan.ts';

/** What an audit looks at, the same from src/cli and from dist/cli. */
const PLAYBOOK = fileURLToPath(new URL('../../playbooks/audit.yaml', import.meta.url));

export interface AuditFlags
  extends ConnectionFlags,
    Pick<ReportFlags, 'output' | 'verbose' | 'quiet'>,
    Pick<RunFlags, 'inventory' | 'limit' | 'extraVars' | 'forks'> {}

/** `unwedge audit`: looks at every host and changes none; no journal, no lock. */
export async function audit(given: AuditFlags): Promise<ExitCode> {
  const flags: RunFlags = { ...given, check: true, lockWait: 0, tags: [], skipTags: [] };
  const prepared = await prepareRun([PLAYBOOK], flags);
  const id = newRunId(Date.now(), Math.random);
  const plan = { ...planOf(id, ['playbooks/audit.yaml'], prepared, flags), mode: 'check' } as const;
  const fold = new ReportFold('audit');
  const recap = await observed(
    ...([undefined, prepared.secrets, flags, undefined] as const),
    (around) => startRun(plan, connect(prepared, { watched: true }), around),
    (event) => fold.add(event),
  );
  return exitCodeOf(recap);
}
