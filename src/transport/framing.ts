/** The bytes between controller and host: requests encoded, answers decoded. agent.sh is the other side. */

export interface Request {
  /** Counts the connection's requests, from 1. */
  readonly seq: number;
  /** Number of the script in this connection, from 0. */
  readonly script: number;
  /** Whole seconds until the host ends all by itself; 0: an earlier limit still holds. */
  readonly limit: number;
  readonly args: readonly string[];
  /** The script's text where the host does not have it yet. */
  readonly text: string | undefined;
}

/** One request as one buffer, to be written at once. */
export function encodeRequest(nonce: string, { seq, script, limit, args, text }: Request): Buffer {
  const body = Buffer.from(text ?? '');
  const head = `${nonce} run ${seq} ${script} ${limit} ${body.length}\n${encodeArgs(args)}\n`;
  return Buffer.concat([Buffer.from(head), body, Buffer.from(`${seq}\n`)]);
}

/** Takes the host's lock for a run. It ends as a job does. */
export const encodeLock = (nonce: string, seq: number, { run, record }: LockRequest): string =>
  `${nonce} lock ${seq} ${run}\n${record}\n`;

/** Ends the job in flight. */
export const encodeCancel = (nonce: string): string => `${nonce} cancel\n`;
/** No job is coming soon: the host's limit is lifted. */
export const encodeIdle = (nonce: string): string => `${nonce} idle\n`;

export interface LockRequest {
  /** One word. */
  readonly run: string;
  /** One line, which begins with `run`. */
  readonly record: string;
}

const ARGUMENT_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '|': '\\0174', '\n': '\\n' };

/** Arguments on one line, each ended by |, escaped for printf's %b. */
export const encodeArgs = (args: readonly string[]): string =>
  args.map((arg) => `${arg.replace(/[\\|\n]/g, (c) => ARGUMENT_ESCAPES[c] ?? c)}|`).join('');

/** What a stream of the host said by its marks. */
export type Mark =
  /** `level`: how its jobs are kept from writing, in an audit; '' else. */
  | { readonly kind: 'ready'; readonly level: string; readonly why: string }
  /** What the host says of its machine, before it is ready: see core/machine.ts. */
  | { readonly kind: 'machine'; readonly text: string }
  /** What the job waits for whose time is over: command lines, '' where it is none. */
  | { readonly kind: 'waits'; readonly what: string }
  | {
      readonly kind: 'end';
      readonly seq: number;
      readonly code: number;
      /** A signal from the controller or the end of its connection came before the job's own end. */
      readonly ended: boolean;
      /** What the job wrote to this stream, up to the cap. */
      readonly output: Buffer;
      readonly truncated: boolean;
    };

/** Kept of the last that was said, for diagnosis. */
const LAST_WORDS_BYTES = 2048;
/** A mark's line is shorter; a longer one is output that quotes the nonce. */
const MARK_BYTES = 1200;
const NEWLINE = 0x0a;

/** Finds one stream's marks and the output between them, however the bytes are cut into chunks. */
export class MarkReader {
  readonly #needle: Buffer;
  readonly #cap: number;
  #pending: Buffer = Buffer.alloc(0);
  #lastWords: Buffer = Buffer.alloc(0);
  #job: Output | undefined;

  constructor(nonce: string, cap: number) {
    this.#needle = Buffer.from(`${nonce} `);
    this.#cap = cap;
  }

  /** The end of all that was said between marks: a login shell's greeting, ssh's own messages, a job's output. */
  get lastWords(): string {
    return Buffer.concat([this.#lastWords, this.#pending]).subarray(-LAST_WORDS_BYTES).toString();
  }

  /** A request goes out: what is said from now on is its job's, what came before is not. */
  expect(seq: number): void {
    this.#job = new Output(seq, this.#pending.length, this.#cap);
  }

  push(chunk: Buffer): Mark[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const marks: Mark[] = [];
    for (let next = this.#next(); next !== 'more'; next = this.#next()) if (next !== 'output') marks.push(next);
    return marks;
  }

  #next(): Mark | 'output' | 'more' {
    const at = this.#pending.indexOf(this.#needle);
    if (at < 0) {
      this.#take(Math.max(0, this.#pending.length - this.#needle.length + 1));
      return 'more';
    }
    this.#take(at);
    const end = this.#pending.indexOf(NEWLINE);
    if (end < 0 && this.#pending.length < MARK_BYTES) return 'more';
    const mark = end < 0 ? undefined : this.#mark(this.#pending.toString('utf8', this.#needle.length, end));
    if (mark === undefined) {
      this.#take(this.#needle.length);
      return 'output';
    }
    this.#pending = this.#pending.subarray(end + 1);
    return mark;
  }

  #mark(line: string): Mark | undefined {
    const [isReady, level = '', why = ''] = /^ready(?: (\w*)(?: (.*))?)?$/.exec(line) ?? [];
    const [, end, code, ended] = /^end (\d{1,15}) (\d{1,3}) (ended)?$/.exec(line) ?? [];
    if (isReady !== undefined) {
      // stderr's may come after the first request has gone out, on stdout's word.
      if (this.#job !== undefined) this.#job = new Output(this.#job.seq, 0, this.#cap);
      return { kind: 'ready', level, why };
    }
    if (line.startsWith('machine ')) return { kind: 'machine', text: line.slice('machine '.length) };
    if (line.startsWith('waits ')) return { kind: 'waits', what: line.slice('waits '.length) };
    const job = this.#job;
    // A shell's exit codes end at 255: what says another is no mark of ours.
    if (job === undefined || job.seq !== Number(end) || Number(code) > 255) return undefined;
    this.#job = undefined;
    return { kind: 'end', seq: job.seq, code: Number(code), ended: ended !== undefined, ...job.all() };
  }

  /** Moves the first bytes of what is pending to the job's output; outside of jobs they are only last words. */
  #take(length: number): void {
    const bytes = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    this.#lastWords = Buffer.concat([this.#lastWords, bytes.subarray(-LAST_WORDS_BYTES)]).subarray(-LAST_WORDS_BYTES);
    this.#job?.add(bytes);
  }
}

/** One job's output on one stream, up to a cap. */
class Output {
  readonly seq: number;
  readonly #cap: number;
  #skip: number;
  #kept: Buffer[] = [];
  #size = 0;
  #truncated = false;

  /** @param skip how many of the bytes to come are older than the request */
  constructor(seq: number, skip: number, cap: number) {
    this.seq = seq;
    this.#skip = skip;
    this.#cap = cap;
  }

  add(bytes: Buffer): void {
    const own = bytes.subarray(this.#skip);
    this.#skip -= bytes.length - own.length;
    const kept = own.subarray(0, this.#cap - this.#size);
    if (kept.length > 0) this.#kept.push(kept);
    this.#size += kept.length;
    this.#truncated ||= kept.length < own.length;
  }

  all(): { output: Buffer; truncated: boolean } {
    return { output: Buffer.concat(this.#kept), truncated: this.#truncated };
  }
}
