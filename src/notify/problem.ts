import type { HostStatus } from '../core/event.ts';
import type { Severity } from '../core/finding.ts';
import { foundNow, type HostReport, type Report } from '../core/report.ts';

/** One thing that people should know of. The same one in two runs has the same host, code and subject. */
export interface Problem {
  /** `finding`: found on a host; `host`: how the run ended there; `run`: it did not come to its hosts, or not to all. */
  readonly kind: 'finding' | 'host' | 'run';
  /** Empty for one of the whole run. */
  readonly host: string;
  /** A finding's code; the host's status, or `pending` where a dry run would change it; `storm`, `refused`, `crashed`, `skipped`. */
  readonly code: string;
  readonly subject: string;
  readonly severity: Severity;
  readonly message: string;
}

/** A run that has no report, or ended before its time. */
export interface RunFailure {
  readonly code: 'refused' | 'crashed' | 'skipped';
  readonly message: string;
}

/**
 * All problems after a run. Of hosts that it could not look at, what was found on them before is taken to be so still.
 * Pure. @param before after the run before it
 */
export function problemsAfter(
  { report, failure }: { readonly report: Report | undefined; readonly failure: RunFailure | undefined },
  before: readonly Problem[],
): readonly Problem[] {
  const own = failure === undefined ? [] : [ofRun(failure.code, failure.message)];
  if (report === undefined) return [...own, ...before.filter(({ kind }) => kind !== 'run')];
  const unseen = new Set(report.hosts.filter((host) => !isSeen(host)).map(({ host }) => host));
  const found = report.hosts.flatMap((host) => problemsOn(report, host));
  const known = new Set(found.map(keyOf));
  const kept = before.filter(
    (problem) => problem.kind === 'finding' && unseen.has(problem.host) && !known.has(keyOf(problem)),
  );
  return [...own, ...stormOf(report), ...found, ...kept];
}

export const keyOf = ({ host, code, subject }: Problem): string => JSON.stringify([host, code, subject]);

const ofRun = (code: string, message: string): Problem => ({
  ...{ kind: 'run', host: '', code, subject: 'run', severity: 'critical', message },
});

const stormOf = ({ stopped }: Report): readonly Problem[] =>
  stopped?.by === 'storm' ? [ofRun('storm', stopped.reason.message)] : [];

function problemsOn(report: Report, host: HostReport): readonly Problem[] {
  const grave = foundNow(report, host).filter(({ severity }) => severity !== 'info');
  const findings = grave.map(
    ({ code, subject, severity, message }): Problem => ({
      ...{ kind: 'finding', host: host.host, code, subject, severity, message },
    }),
  );
  return [...findings, ...ending(report, host)];
}

function ending(report: Report, { host, status, reason, changes }: HostReport): readonly Problem[] {
  const as = (code: string, severity: Severity, message: string): readonly Problem[] => [
    { kind: 'host', host, code, subject: 'host', severity, message },
  ];
  if (status === 'changed' && report.kind === 'check') return as('pending', 'warning', pending(changes.length));
  if (status === 'ok' || status === 'changed') return [];
  // Of a storm all hosts but the wedged ones would be told for no reason of their own.
  if (status === 'not-attempted' && report.stopped?.by === 'storm') return [];
  return as(status, GRAVE.includes(status) ? 'critical' : 'warning', reason?.message ?? status.replace('-', ' '));
}

const GRAVE: readonly HostStatus[] = ['failed', 'flapping', 'unreachable'];

const pending = (n: number): string => (n === 1 ? '1 change is pending' : `${n} changes are pending`);

/** Whether its findings are all that there are. */
const isSeen = ({ status, findings, gone }: HostReport): boolean =>
  status === 'ok' || status === 'changed' || status === 'rolled-back' || findings.length + gone.length > 0;
