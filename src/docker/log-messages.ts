import { recordsByKind } from '../core/records.ts';

/** A line of the daemon's journal or of the kernel's log. */
export interface LogMessage {
  readonly source: 'journal' | 'kernel';
  /** As the log has it, e.g. `2026-11-22T08:19:24+0000`; undefined where it has none that can be told. */
  readonly at: string | undefined;
  /** Without time, host and program: what classifyMessage reads. */
  readonly text: string;
}

/** As each log writes its lines: time, host and program before the text. */
const shapes = {
  // journalctl -o short-iso
  journal: /^(?<at>\d{4}-\d\d-\d\dT\S+) \S+ [^:]*: (?<text>.*)$/,
  kernel: /^(?<at>\d{4}-\d\d-\d\dT\S+) \S+ [^:]*: (?<text>.*)$/,
  // rsyslog; its own time has no year
  syslog: /^(?<at>[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S+) \S+ [^:]*: (?<text>.*)$/,
  // seconds since boot
  dmesg: /^\[\s*[\d.]+\] (?<text>.*)$/,
} as const;

const sources = { journal: 'journal', syslog: 'journal', kernel: 'kernel', dmesg: 'kernel' } as const;

/** What survey.sh tells of logs, oldest first in each; a line of another shape is told whole. */
export function parseLogs(stdout: string): LogMessage[] {
  const rows = recordsByKind(stdout);
  return (['journal', 'syslog', 'kernel', 'dmesg'] as const).flatMap((log) =>
    rows(log).map((fields): LogMessage => {
      const line = fields.join('\t');
      const { at, text = line } = shapes[log].exec(line)?.groups ?? {};
      return { source: sources[log], at, text };
    }),
  );
}
