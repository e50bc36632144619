import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../src/core/session.ts';
import { AgentConnection } from '../../src/transport/agent-connection.ts';
import { MarkReader } from '../../src/transport/framing.ts';
import type { Ending, ProcessListener } from '../../src/transport/host-process.ts';
import { probe } from './host-scripts.ts';

const NONCE = 'a'.repeat(32);

/** A host that only takes notes; the test answers for it. */
class SilentHost {
  readonly written: string[] = [];
  killed = false;
  readonly connection: Connection;
  readonly end: (ending: Ending) => void;
  #listener: ProcessListener | undefined;
  #wrote: (() => void) | undefined;

  constructor() {
    let end: (ending: Ending) => void = () => {};
    const ended = new Promise<Ending>((resolve) => {
      end = resolve;
    });
    this.end = end;
    const process = {
      ended,
      listen: (listener: ProcessListener) => {
        this.#listener = listener;
      },
      write: (data: Buffer | string) => {
        this.written.push(data.toString());
        this.#wrote?.();
      },
      closeInput: () => {},
      kill: () => {
        this.killed = true;
        end({ code: null, signal: 'SIGTERM' });
      },
    };
    const whyLost = (_: Ending, stderr: string) => ({ message: `the connection was lost: ${stderr}`, todo: 'look' });
    const [stdout, stderr] = [new MarkReader(NONCE, 1000), new MarkReader(NONCE, 1000)];
    this.connection = new AgentConnection({ host: 'web1', process, stdout, stderr, whyLost });
  }

  /** Resolves when the next thing has been written to the host. */
  request(): Promise<void> {
    return new Promise((resolve) => {
      this.#wrote = resolve;
    });
  }

  answer(
    seq: number,
    code: number,
    ended = '',
    streams: readonly (keyof ProcessListener)[] = ['stdout', 'stderr'],
  ): void {
    const mark = Buffer.from(`${NONCE} end ${seq} ${code} ${ended}\n`);
    for (const stream of streams) this.#listener?.[stream](mark);
  }

  say(text: string): void {
    this.#listener?.stderr(Buffer.from(text));
  }
}

describe('a connection to a host that gives no answer', () => {
  let host: SilentHost;
  beforeEach(() => {
    vi.useFakeTimers();
    host = new SilentHost();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const requestOf = async (deadline: number) => {
    const sent = host.request();
    const outcome = host.connection
      .readOnly({ deadline })
      .probe(probe('x'))
      .catch((error: unknown) => error);
    await sent;
    return { outcome };
  };

  it('asks it to end the step 7 s after the deadline, and drops the connection 8 s later', async () => {
    const { outcome } = await requestOf(60);
    vi.advanceTimersByTime(66_999);
    expect(host.written).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(host.written).toEqual([expect.stringMatching(/^run 1 0 60 /), 'cancel\n']);
    vi.advanceTimersByTime(7_999);
    expect(host.killed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(host.killed).toBe(true);
    expect(await outcome).toMatchObject({
      failure: 'deadline',
      message: expect.stringMatching(/^no answer within 60 s; it was doing .*the connection was dropped/),
    });
    await expect(host.connection.readOnly({ deadline: 1 }).probe(probe('y'))).rejects.toMatchObject({
      failure: 'lost',
    });
  });

  it('drops it 8 s after a cancel', async () => {
    const { outcome } = await requestOf(60);
    host.connection.cancel();
    vi.advanceTimersByTime(8_000);
    expect(await outcome).toMatchObject({
      failure: 'cancelled',
      message: expect.stringContaining('may still run there'),
    });
  });

  it('takes a step for done that had succeeded before the cancel came', async () => {
    const { outcome } = await requestOf(60);
    host.connection.cancel();
    host.answer(1, 0, 'ended');
    expect(await outcome).toMatchObject({ code: 0 });
    vi.advanceTimersByTime(60_000);
    expect(host.killed).toBe(false);
  });

  it.each([
    ['124 past its deadline is the deadline', 124, 60_000, { failure: 'deadline' }],
    ['137 past its deadline is the deadline (timeout had to kill)', 137, 65_000, { failure: 'deadline' }],
    ["124 before its deadline is the program's own", 124, 59_000, { code: 124 }],
    ["1 past its deadline is the program's own", 1, 61_000, { code: 1 }],
  ])('exit code %s', async (_, code, after, expected) => {
    const { outcome } = await requestOf(60);
    vi.advanceTimersByTime(after);
    host.answer(1, code);
    expect(await outcome).toMatchObject(expected);
  });

  it('says with its last words what it was doing when it went away', async () => {
    const { outcome } = await requestOf(60);
    host.say('Timeout, server not responding.');
    host.end({ code: 255, signal: null });
    expect(await outcome).toMatchObject({
      failure: 'lost',
      message: expect.stringMatching(
        /^the connection was lost: Timeout, server not responding.; it was doing .*probe.sh$/,
      ),
      todo: 'look',
    });
  });

  it('waits for the end of both streams', async () => {
    const settled = vi.fn();
    const { outcome } = await requestOf(60);
    outcome.then(settled);
    host.answer(1, 0, '', ['stdout']);
    host.say('late');
    await Promise.resolve();
    expect(settled).not.toHaveBeenCalled();
    host.answer(1, 0, '', ['stderr']);
    expect(await outcome).toMatchObject({ code: 0, stderr: 'late' });
  });
});
