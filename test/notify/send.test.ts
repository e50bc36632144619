import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { post, urlIn } from '../../src/notify/http.ts';
import type { Notice } from '../../src/notify/notice.ts';
import { ping, pingUrl } from '../../src/notify/ping.ts';
import { NotTaken, untilTaken } from '../../src/notify/retries.ts';
import { command, webhook } from '../../src/notify/way.ts';
import { runLocal } from '../../src/transport/run-local.ts';
import { type Answer, HttpServer } from './http-server.ts';

const SECRET = 'T0123-very-secret-token';
const notice: Notice = {
  ...{ version: 1, event: 'trouble', text: 'h1: stuck', run: 'run-1', command: 'run', playbooks: ['play.yaml'] },
  ...{ controller: 'admin-1', endedAt: '2026-11-22T05:00:00.000Z', exitCode: 2 },
  ...{ counts: { appeared: 0, went: 0, stayed: 0 }, appeared: [], went: [], stayed: [] },
};

/** Waits take no time; the pauses are kept. */
function fakeClock() {
  const pauses: number[] = [];
  let ticks = 0;
  const clock: Clock = {
    now: () => 0,
    ticks: () => ticks,
    wait: async (ms) => {
      pauses.push(ms);
      ticks += ms;
    },
  };
  return { by: { clock, random: () => 1 }, pauses, pass: (ms: number) => (ticks += ms) };
}

let servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  servers = [];
});
async function serverThat(...answers: Answer[]): Promise<{ server: HttpServer; url: { url: string } }> {
  const server = await HttpServer.start(...answers);
  servers.push(server);
  return { server, url: { url: `${server.origin}/services/${SECRET}` } };
}
const refusalOf = async (work: Promise<unknown>): Promise<NotTaken> => {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof NotTaken)) throw new Error(`it was taken, or ${error}`);
  return error;
};

describe('untilTaken', () => {
  const never = async () => {
    throw new NotTaken('busy', false);
  };
  it('pauses longer each time, and tells the last reason', async () => {
    const { by, pauses } = fakeClock();
    const error = await refusalOf(untilTaken(never, { attempts: 4, within: 60_000 }, by));
    expect(error.message).toBe('busy, 4 attempts');
    expect(pauses).toEqual([1000, 3000, 9000]);
  });

  it('ends when its time would be over before the next attempt', async () => {
    const { by, pauses } = fakeClock();
    await refusalOf(untilTaken(never, { attempts: 9, within: 5000 }, by));
    expect(pauses).toEqual([1000, 3000]);
  });

  it('tries once what makes no difference to try again', async () => {
    const { by, pauses } = fakeClock();
    const refused = async () => {
      throw new NotTaken('no such hook', true);
    };
    expect((await refusalOf(untilTaken(refused, { attempts: 4, within: 60_000 }, by))).message).toBe('no such hook');
    expect(pauses).toEqual([]);
  });

  it('lets a fault of ours through', async () => {
    const broken = () => Promise.reject(new TypeError('x'));
    await expect(untilTaken(broken, { attempts: 4, within: 60_000 }, fakeClock().by)).rejects.toThrow(TypeError);
  });
});

describe('a webhook', () => {
  it('gets the notice as JSON', async () => {
    const { server, url } = await serverThat(200);
    await webhook(url, fakeClock().by).tell(notice);
    expect(server.heard.map(({ method, path }) => [method, path])).toEqual([['POST', `/services/${SECRET}`]]);
    expect(JSON.parse(server.heard[0]?.body ?? '')).toEqual(notice);
  });

  it.each([
    ['an error of its own', [500, 503, 204], 3],
    ['a connection that is cut', ['cut', 200], 2],
    ['too many requests', [429, 200], 2],
  ] as const)('%s: it is asked again', async (_, answers, times) => {
    const { server, url } = await serverThat(...answers);
    await webhook(url, fakeClock().by).tell(notice);
    expect(server.heard).toHaveLength(times);
  });

  it('that does not exist is asked once', async () => {
    const { server, url } = await serverThat(404);
    expect((await refusalOf(webhook(url, fakeClock().by).tell(notice))).message).toBe('it answers 404');
    expect(server.heard).toHaveLength(1);
  });

  it('a redirect is followed nowhere', async () => {
    const other = await serverThat(200);
    const { url } = await serverThat({ redirect: `${other.server.origin}/elsewhere` });
    const { message } = await refusalOf(webhook(url, fakeClock().by).tell(notice));
    expect(message).toContain('redirect (307), which is not followed');
    expect(other.server.heard).toEqual([]);
  });

  it('that does not answer is given up in time', async () => {
    const { url } = await serverThat('hang');
    expect((await refusalOf(post(url, 'text/plain', '', 30))).message).toBe('no answer in time');
  });

  it('that refuses the connection is told by its code', async () => {
    const { server, url } = await serverThat(200);
    await server.close();
    const { message } = await refusalOf(webhook(url, fakeClock().by).tell(notice));
    expect(message).toBe('no answer: ECONNREFUSED, 4 attempts');
  });

  it.each([[404], [500], ['cut'], [{ redirect: `http://127.0.0.1/${SECRET}` }]] satisfies [Answer][])(
    'no error tells the address: %j',
    async (answer) => {
      const { url } = await serverThat(answer);
      const error = await refusalOf(webhook(url, fakeClock().by).tell(notice));
      for (let one: unknown = error; one instanceof Error; one = one.cause) expect(one.message).not.toContain('secret');
    },
  );
});

describe('the address in a file', () => {
  it('is its first line', () => expect(urlIn('https://a.example/x \nmore\n')).toEqual({ url: 'https://a.example/x' }));
  it.each([[''], [`${SECRET}`], ['\nhttps://a.example']])('%j is none, and is not told', (text) => {
    expect(() => urlIn(text)).toThrow(/^its first line is no URL$/);
  });
  it('is http or https', () => expect(() => urlIn('file:///etc/passwd')).toThrow('neither https nor http'));
});

describe('a ping', () => {
  it.each([
    ['https://hc.example/uuid', 'start', 'https://hc.example/uuid/start?rid=r'],
    ['https://hc.example/uuid/', 2, 'https://hc.example/uuid/2?rid=r'],
    ['https://hc.example/ping?key=k', 0, 'https://hc.example/ping/0?key=k&rid=r'],
  ] as const)('%s, %s → %s', (url, what, expected) => expect(pingUrl({ url }, what, 'r')).toEqual({ url: expected }));

  it('carries a line for people', async () => {
    const { server, url } = await serverThat(200);
    await ping(url, 'start', 'r', 'run run-1', fakeClock().by);
    expect(server.heard).toMatchObject([{ path: `/services/${SECRET}/start?rid=r`, body: 'run run-1' }]);
  });
});

describe('a command', () => {
  it('reads the notice, and what it prints is kept', async () => {
    const said = await command('read -r line; printf %s "$UNWEDGE_EVENT $UNWEDGE_EXIT_CODE $line"', runLocal).tell(
      notice,
    );
    expect(said).toBe(`trouble 2 ${JSON.stringify(notice)}`);
  });

  it('need not read', async () => {
    const long = { ...notice, text: 'x'.repeat(1_000_000) };
    expect(await command('echo done', runLocal).tell({ ...long, text: '' })).toBe('done');
    await expect(runLocal(['true'], 5, { input: long.text, env: {} })).resolves.toMatchObject({ code: 0 });
  });

  it('that fails says so, with what it has printed', async () => {
    const { message } = await refusalOf(command('echo no relay >&2; exit 3', runLocal).tell(notice));
    expect(message).toBe('exit code 3: no relay');
  });

  it('that hangs is ended with all that it has started', async () => {
    await expect(runLocal(['sh', '-c', 'sleep 600 & wait'], 0.05, { input: '', env: {} })).rejects.toThrow(
      'not done after',
    );
  });

  it('that leaves something behind is not waited for', async () => {
    const { stdout } = await runLocal(['sh', '-c', 'sleep 600 & echo $!'], 30, { input: '', env: {} });
    process.kill(Number(stdout));
  });

  it('that is not there says so', async () => {
    expect((await refusalOf(command('/no/such/program', runLocal).tell(notice))).message).toContain('exit code 127');
  });
});
