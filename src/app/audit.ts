import { inputError } from '../core/diagnostic.ts';
import { ExitCode } from '../core/exit-code.ts';
import type { Report } from '../core/report.ts';
import { newRunId } from '../journal/index.ts';
import { auditLines } from '../reporters/audit-lines.ts';
import type { Closing } from '../reporters/reporter.ts';
import { whyLines } from '../reporters/why-lines.ts';
import { diffReports, hasFound } from '../reports/index.ts';
import type { AuditReportFlags, ConnectionFlags, NotifyFlags, ReportFlags, RunFlags } from './options.ts';
import { prepareRun } from './prepare.ts';
import { readAudit } from './read-report.ts';
import { diffLines } from './report-diff-lines.ts';
import { playsSession } from './run-plan.ts';
import { POLICIES, runCommand } from './run-session.ts';
import { shellWords } from './shell-text.ts';
import { playbookFile } from './shipped-playbooks.ts';
import { callKey } from './sinks/notify.ts';

export interface AuditFlags
  extends ConnectionFlags,
    AuditReportFlags,
    NotifyFlags,
    Pick<ReportFlags, 'output' | 'verbose' | 'quiet' | 'stateDir'>,
    Pick<RunFlags, 'inventory' | 'limit' | 'extraVars' | 'forks'> {
  /** A host of which all is told. */
  readonly why?: string;
}

/** `unwedge audit`: looks at every host and changes none; no journal, no lock. */
export async function audit(given: AuditFlags): Promise<ExitCode> {
  const flags = checkFlags(given);
  const about = { command: 'audit', playbooks: [], key: `audit ${callKey([], flags)}`, flags } as const;
  return runCommand(POLICIES.audit, about, async () => {
    const before = given.diff === undefined ? undefined : await readAudit(given.diff);
    const playbooks = [playbookFile('audit')];
    const prepared = await prepareRun(playbooks, flags);
    const run = newRunId(Date.now(), Math.random);
    const { failOn } = given;
    const completed = (report: Report) =>
      before === undefined ? report : { ...report, diff: diffReports(before, report) };
    return {
      ...{ run, flags, locks: () => [] },
      begin: async () => ({
        ...playsSession(POLICIES.audit, run, playbooks, prepared, flags),
        flags,
        reported: { failOn, completed },
        closing: (report) => closing(given, report),
        codeOf: (report) => (failOn && hasFound(report, failOn) ? ExitCode.found : ExitCode.done),
      }),
    };
  });
}

/** As a dry run has them. @throws InputError */
function checkFlags({ why, diff, failOn, ...flags }: AuditFlags): RunFlags {
  if (why !== undefined && flags.limit !== undefined)
    throw inputError('--why and -l both say which hosts', 'leave -l out: --why looks at its host only');
  const limit = why ?? flags.limit;
  return { ...flags, ...(limit === undefined ? {} : { limit }), check: true, lockWait: 0, tags: [], skipTags: [] };
}

const closing =
  ({ why, verbose, inventory }: AuditFlags, report: () => Report): Closing =>
  (style, columns) => {
    const view = { style, columns, verbose, inventory: shellWords(inventory.flatMap((source) => ['-i', source])) };
    const { hosts, diff } = report();
    const lines =
      why === undefined
        ? auditLines(report(), view)
        : hosts.flatMap((host, i) => [...(i === 0 ? [] : ['']), ...whyLines(host, view)]);
    return diff === undefined ? lines : [...lines, '', ...diffLines(diff)];
  };
