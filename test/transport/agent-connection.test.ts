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
    this.connection = new AgentConnection({
      host: 'web1',
      nonce: NONCE,
      guard: undefined,
      machine: undefined,
      process,
      stdout,
      stderr,
      whyLost,
    });
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

  it('asks it to end the step at the deadline, and drops the connection 8 s later', async () => {
    const { outcome } = await requestOf(60);
    vi.advanceTimersByTime(59_999);
    expect(host.written).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(host.written).toEqual([expect.stringContaining(`${NONCE} run 1 0 120 `), `${NONCE} cancel\n`]);
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

  it('says deadline where the host has ended the step, and gives the exit code where the step ended by itself', async () => {
    const ended = await requestOf(60);
    vi.advanceTimersByTime(60_000);
    host.answer(1, 143, 'ended');
    expect(await ended.outcome).toMatchObject({ failure: 'deadline' });
    const late = await requestOf(60);
    vi.advanceTimersByTime(60_000);
    host.answer(2, 7);
    expect(await late.outcome).toMatchObject({ code: 7 });
  });

  it('says deadline where the whole session had to be killed for it', async () => {
    const { outcome } = await requestOf(60);
    vi.advanceTimersByTime(60_000);
    host.end({ code: 137, signal: null });
    expect(await outcome).toMatchObject({
      failure: 'deadline',
      message: expect.stringContaining('session had to be killed'),
    });
  });

  it('gives the host a limit of its own, anew only where a step may last longer, and lifts it when nothing is to do', async () => {
    const { outcome } = await requestOf(60);
    host.answer(1, 0);
    await outcome;
    vi.advanceTimersByTime(59_999);
    const second = await requestOf(60);
    host.answer(2, 0);
    await second.outcome;
    const third = await requestOf(61);
    host.answer(3, 0);
    await third.outcome;
    vi.advanceTimersByTime(110_999);
    expect(host.written.map((line) => line.split(' ').slice(1, 5).join(' '))).toEqual([
      'run 1 0 120',
      'run 2 1 0',
      'run 3 2 121',
    ]);
    vi.advanceTimersByTime(1);
    expect(host.written.at(-1)).toBe(`${NONCE} idle\n`);
    await requestOf(1);
    expect(host.written.at(-1)).toContain(' run 4 3 61 ');
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
