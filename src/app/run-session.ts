import { setTimeout as wait } from 'node:timers/promises';
import type { Recap } from '../core/event.ts';
import { ExitCode, exitCodeOf } from '../core/exit-code.ts';
import type { Report } from '../core/report.ts';
import type { Connection } from '../core/session.ts';
import { type LockPlace, openJournal, scrub, scrubError } from '../journal/index.ts';
import type { Closing } from '../reporters/reporter.ts';
import { noJournal, StopControl, type Surroundings } from '../rollout/index.ts';
import type { OpenOptions } from '../transport/open-connection.ts';
import { type HostJournalsOf, hostJournals } from './host-journals.ts';
import { withLocks } from './locks.ts';
import type { LockFlags, ReportFlags } from './options.ts';
import { SentScripts } from './sent-scripts.ts';
import { type Notified, notified } from './sinks/notify.ts';
import { type Reported, reports } from './sinks/reports.ts';
import type { Sink } from './sinks/sink.ts';
import { terminal } from './sinks/terminal.ts';
import { stateDir } from './state-dir.ts';

/** What one kind of run may do, and what it leaves behind. */
export interface Policy {
  readonly kind: Report['kind'];
  /** `read-only`: hosts are looked at, and nothing can change them; no lock is taken, no journal is written. */
  readonly session: 'read-only' | 'full';
  /** Probes run in a sandbox on the host. */
  readonly sandbox: boolean;
}

export const POLICIES = {
  run: { kind: 'run', session: 'full', sandbox: false },
  check: { kind: 'check', session: 'read-only', sandbox: false },
  audit: { kind: 'audit', session: 'read-only', sandbox: true },
  rollback: { kind: 'rollback', session: 'full', sandbox: false },
  rollbackCheck: { kind: 'rollback', session: 'read-only', sandbox: false },
} as const satisfies Readonly<Record<string, Policy>>;

/** Opens the way to a host, as its usual user or as a step has asked for. Rejects with SessionError. */
export type Open = (host: string, become?: boolean, options?: OpenOptions) => Promise<Connection>;

/** What a run is about. */
export interface SessionInput {
  readonly run: string;
  /** Texts that are shown and kept nowhere. */
  readonly secrets: readonly string[];
  readonly flags: { readonly stateDir?: string };
  readonly open: Open;
  /** Whose journals the hosts keep; left out: nothing there is changed, or looked up. */
  readonly hosts?: HostJournalsOf;
  /** Does it. */
  readonly engine: (open: Open, around: Surroundings) => Promise<Recap>;
}

/**
 * The only place that composes a run: journal, what takes secrets out of events, sinks, the ways to hosts, the engine; and
 * closes all of them, whatever happens. `onJournalFault`: the journal's end was not written.
 * @throws InputError, JournalFailure where no host was touched
 */
export async function runSession(
  policy: Policy,
  { run, secrets, flags, open, hosts, engine }: SessionInput,
  sinks: readonly Sink[],
  stop: StopControl,
  onJournalFault: (error: Error) => void,
): Promise<Recap> {
  const journal = policy.session === 'full' ? await openJournal(stateDir(flags), run) : undefined;
  const sent = journal && new SentScripts(journal);
  const clean = scrub(secrets);
  const around: Surroundings = {
    sinks: {
      journal: journal ? (event) => journal.append(clean(event)) : noJournal,
      report(event) {
        const told = clean(event);
        for (const sink of sinks) sink.event(told);
      },
      recorded: clean,
      hosts: hosts && hostJournals(hosts, clean, sent?.texts),
    },
    clock: { now: Date.now, ticks: () => performance.now(), wait: (ms) => wait(ms) },
    stop,
  };
  const way: Open = (host, become) => open(host, become, { sandboxed: policy.sandbox });
  for (const sink of sinks) sink.begin?.(run);
  try {
    return await engine(sent === undefined ? way : sent.over(way), around);
  } catch (error) {
    throw scrubError(error, secrets);
  } finally {
    await journal?.close().catch(onJournalFault);
    for (const sink of sinks) await sink.end?.();
  }
}

/** A command's run: what it is about, and what is made of it. */
export interface CommandInput extends SessionInput {
  readonly flags: ReportFlags;
  readonly reported?: Reported;
  /** Told in the place of the summary. */
  readonly closing?: (report: () => Report) => Closing;
  /** What is still to be done, once people have seen how it went. @returns the exit code */
  readonly finish?: (recap: Recap) => Promise<ExitCode>;
  /** The exit code in the place of that of a run which is done. */
  readonly codeOf?: (report: Report) => ExitCode;
}

/** A command of which the words are understood. */
export interface PreparedCommand {
  readonly run: string;
  readonly flags: LockFlags;
  /** What it holds as long as it is at work; a dry run holds nothing. */
  readonly locks: () => readonly Promise<LockPlace>[];
  /** Once the locks are held. @returns an exit code where there is nothing to do. @throws InputError */
  readonly begin: () => Promise<CommandInput | ExitCode>;
}

/** A command that works on hosts: notifications, preparation, locks, reports, terminal and signals around its run. @throws InputError */
export function runCommand(
  policy: Policy,
  about: Notified | undefined,
  prepare: () => Promise<PreparedCommand>,
): Promise<ExitCode> {
  return notified(about, async (notify) => {
    const { run, flags, locks, begin } = await prepare();
    const work = async () => {
      const input = await begin();
      if (typeof input === 'number') return input;
      return reportedRun(policy, { ...input, secrets: [...input.secrets, ...notify.secrets] }, notify);
    };
    return withLocks(locks(), run, flags, work, notify.skipped);
  });
}

async function reportedRun(policy: Policy, input: CommandInput, notify: Sink): Promise<ExitCode> {
  const { flags, reported = {}, closing, finish = async (recap) => exitCodeOf(recap), codeOf } = input;
  const files = await reports(flags, policy.kind, reported);
  const screen = await terminal(flags, closing?.(files.report));
  const stop = new StopControl();
  const endSignals = onSignals(stop);
  const onJournalFault = ({ message }: Error) => console.error(`error: the journal is not whole: ${message}`);
  const code = await runSession(policy, input, [files, notify, screen], stop, onJournalFault)
    .finally(endSignals)
    .then(finish)
    .catch(async (error: unknown) => {
      await files.write();
      throw error;
    });
  const areWritten = await files.write();
  if (code !== ExitCode.done || !files.isBegun) return code;
  if (!areWritten) return ExitCode.reportNotWritten;
  return codeOf === undefined ? code : codeOf(files.report());
}

/** The first ends after the step in flight, the second ends that step, a third one ends us at once. */
function onSignals(stop: StopControl): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const raise = (signal: string) => {
    if (stop.level === 2) process.exit(130);
    stop.raise(signal);
  };
  for (const signal of signals) process.on(signal, raise);
  return () => {
    for (const signal of signals) process.off(signal, raise);
  };
}
