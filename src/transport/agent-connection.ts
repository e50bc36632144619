import type { Reason } from '../core/event.ts';
import type { HostScript, ScriptKind, ScriptResult } from '../core/host-script.ts';
import { type LockHolder, lockRecord, parseLockRecord } from '../core/lock.ts';
import type { Machine } from '../core/machine.ts';
import { printable } from '../core/printable.ts';
import {
  type Connection,
  type Guard,
  type ReadOnlySession,
  type RequestOptions,
  type Session,
  SessionError,
} from '../core/session.ts';
import { encodeCancel, encodeIdle, encodeLock, encodeRequest, type Mark, type MarkReader } from './framing.ts';
import { HostLimit } from './host-limit.ts';
import type { Ending, HostProcess } from './host-process.ts';
import { endedError, type Job, outcomeOf } from './job.ts';
import { scriptText } from './script-store.ts';

/** Milliseconds from asking the host to end a job until a connection that gives no answer is dropped: agent.sh kills at 5 s. */
const DROP_AFTER = 8000;
/** Milliseconds; what setTimeout can hold. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Seconds for the host to say whether its lock is free. */
const LOCK_DEADLINE = 20;
/** Milliseconds for an idle host to end its side. */
const GOODBYE = 3000;

export interface OpenedAgent {
  readonly host: string;
  readonly nonce: string;
  /** How it is kept from writing; undefined: it may. */
  readonly guard: Guard | undefined;
  readonly machine: Machine | undefined;
  readonly process: Pick<HostProcess, 'listen' | 'write' | 'closeInput' | 'kill' | 'ended'>;
  readonly stdout: MarkReader;
  readonly stderr: MarkReader;
  /** Why a connection went away, from how its process ended and the last that it said. */
  readonly whyLost: (ending: Ending, stderr: string) => Reason;
}

/** A connection whose agent has said that it is ready. Requests wait for their turn. */
export class AgentConnection implements Connection {
  readonly #agent: OpenedAgent;
  /** Numbers of the scripts that the host has, by their paths and what they run within. */
  readonly #sent = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #seq = 0;
  #cancels = 0;
  #job: Job | undefined;
  #gone: SessionError | undefined;
  #closing = false;
  readonly #limit: HostLimit;

  constructor(agent: OpenedAgent) {
    this.#agent = agent;
    this.#limit = new HostLimit(() => agent.process.write(encodeIdle(agent.nonce)));
    agent.process.listen({
      stdout: (chunk) => this.#hear('stdout', agent.stdout.push(chunk)),
      stderr: (chunk) => this.#hear('stderr', agent.stderr.push(chunk)),
    });
    agent.process.ended.then((ending) => {
      const why = agent.whyLost(ending, agent.stderr.lastWords);
      this.#lose(new SessionError('lost', why.message, why.todo));
    });
  }

  get host(): string {
    return this.#agent.host;
  }

  get guard(): Guard | undefined {
    return this.#agent.guard;
  }

  get machine(): Machine | undefined {
    return this.#agent.machine;
  }

  readOnly({ deadline }: RequestOptions): ReadOnlySession {
    const { guard, machine } = this;
    return {
      host: this.host,
      ...(guard && { guard }),
      ...(machine && { machine }),
      probe: (script, args = []) => this.#request(['probe'], script, args, deadline),
    };
  }

  readWrite({ deadline }: RequestOptions): Session {
    return {
      ...this.readOnly({ deadline }),
      run: (script, args = []) => this.#request(['apply', 'undo'], script, args, deadline),
    };
  }

  async lock(holder: LockHolder): Promise<LockHolder | undefined> {
    const { code, stdout, stderr } = await this.#inTurn("the host's lock", async () =>
      this.#exchange("the host's lock", LOCK_DEADLINE, (seq) =>
        encodeLock(this.#agent.nonce, seq, { run: holder.run, record: lockRecord(holder) }),
      ),
    );
    if (code === 0) return undefined;
    if (code === 1) return parseLockRecord(stdout);
    const todo = 'unwedge needs flock(1) (util-linux, busybox) and, for root, a writable /run on the host';
    throw new SessionError('refused', `no lock can be taken on the host: ${printable(stderr.trim())}`, todo);
  }

  cancel(): void {
    this.#cancels += 1;
    if (this.#job !== undefined) this.#askToEnd(this.#job, 'cancelled');
  }

  async close(): Promise<void> {
    const { process } = this.#agent;
    this.#closing = true;
    if (this.#job !== undefined) this.#job.ending ??= 'cancelled';
    const timer = setTimeout(() => process.kill(), this.#job === undefined ? GOODBYE : DROP_AFTER);
    process.closeInput();
    await process.ended;
    clearTimeout(timer);
  }

  #request(
    kinds: readonly ScriptKind[],
    script: HostScript,
    args: readonly string[],
    deadline: number,
  ): Promise<ScriptResult> {
    const taken = this.guard === undefined ? kinds : ['probe'];
    if (!taken.includes(script.kind)) {
      const message = `${script.path} is of the kind ${script.kind}; this session takes ${taken.join(' and ')} scripts`;
      return Promise.reject(new SessionError('refused', message));
    }
    return this.#inTurn(script.path, async () => this.#send(script, await scriptText(script), args, deadline));
  }

  #inTurn(what: string, act: () => Promise<ScriptResult>): Promise<ScriptResult> {
    const cancels = this.#cancels;
    const result = this.#turn.then(() => {
      if (cancels !== this.#cancels) throw new SessionError('cancelled', `cancelled before ${what} was started`);
      return act();
    });
    this.#turn = result.catch(() => {});
    return result;
  }

  #send(
    { path, within = '' }: HostScript,
    text: string,
    args: readonly string[],
    deadline: number,
  ): Promise<ScriptResult> {
    if (args.some((arg) => arg.includes('\0')))
      throw new SessionError('refused', `${path}: an argument holds NUL, which no program can be given`);
    if (this.#gone !== undefined) throw this.#gone;
    const key = `${within} ${path}`;
    const known = this.#sent.get(key);
    const script = known ?? this.#sent.size;
    this.#sent.set(key, script);
    return this.#exchange(path, deadline, (seq) => {
      const limit = this.#limit.jobStarts(deadline, performance.now());
      const request = { seq, script, limit, args, text: known === undefined ? text : undefined };
      return encodeRequest(this.#agent.nonce, request);
    });
  }

  #exchange(what: string, deadline: number, encode: (seq: number) => Buffer | string): Promise<ScriptResult> {
    if (this.#gone !== undefined) throw this.#gone;
    if (this.#closing) throw new SessionError('lost', `the connection was closed before ${what} was started`);
    this.#seq += 1;
    const { stdout, stderr, process } = this.#agent;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#overdue(), Math.min(deadline * 1000, LONGEST_TIMER));
      this.#job = { seq: this.#seq, what, deadline, resolve, reject, timer };
      stdout.expect(this.#seq);
      stderr.expect(this.#seq);
      process.write(encode(this.#seq));
    });
  }

  #overdue(): void {
    if (this.#job !== undefined) this.#askToEnd(this.#job, 'deadline');
  }

  #askToEnd(job: Job, why: 'deadline' | 'cancelled'): void {
    if (job.ending !== undefined) return;
    job.ending = why;
    this.#agent.process.write(encodeCancel(this.#agent.nonce));
    clearTimeout(job.timer);
    job.timer = setTimeout(() => this.#drop(job), DROP_AFTER);
  }

  #drop(job: Job): void {
    this.#agent.process.kill();
    this.#lose(endedError(job, 'the host did not end it, so the connection was dropped; it may still run there'));
  }

  #hear(stream: 'stdout' | 'stderr', marks: readonly Mark[]): void {
    for (const mark of marks) {
      if (mark.kind === 'waits' && this.#job?.ending) this.#job.waits = mark.what;
      if (mark.kind !== 'end' || this.#job?.seq !== mark.seq) continue;
      this.#job[stream] = mark;
      const { stdout, stderr } = this.#job;
      if (stdout === undefined || stderr === undefined) continue;
      this.#settle(outcomeOf(this.#job, stdout, stderr));
    }
  }

  #settle(outcome: ScriptResult | SessionError): void {
    const job = this.#job;
    if (job === undefined) return;
    clearTimeout(job.timer);
    this.#job = undefined;
    this.#limit.jobEnds(job.ending !== undefined, performance.now());
    if (outcome instanceof SessionError) job.reject(outcome);
    else job.resolve(outcome);
  }

  /** The connection is no more; what is in flight ends with it. */
  #lose(error: SessionError): void {
    this.#gone ??= new SessionError('lost', error.message, error.todo);
    if (this.#job === undefined) return;
    if (error.failure !== 'lost') this.#settle(error);
    else if (this.#job.ending !== undefined)
      this.#settle(endedError(this.#job, this.#closing ? 'the connection was closed' : 'its session had to be killed'));
    else this.#settle(new SessionError('lost', `${error.message}; it was doing ${this.#job.what}`, error.todo));
  }
}
