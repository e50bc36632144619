/** A line of the daemon's journal or of the kernel's log. */
export interface LogMessage {
  readonly source: 'journal' | 'kernel';
  /** As the log has it, e.g. `2026-11-22T08:19:24+0000`; undefined where it has none that can be told. */
  readonly at: string | undefined;
  /** Without time, host and program: what classifyMessage reads. */
  readonly text: string;
}
