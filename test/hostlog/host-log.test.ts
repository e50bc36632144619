import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyScript } from '../../src/core/host-script.ts';
import type { Session } from '../../src/core/session.ts';
import { changeOnHost } from '../../src/hostlog/change-probe.ts';
import { copiesOn, parseCopies } from '../../src/hostlog/copy.ts';
import { scrub } from '../../src/journal/scrub.ts';
import { type Doing, OwnHost, put, putIntent, RUN, setter } from './own-host.ts';

let host: OwnHost;
let session: Session;
beforeEach(async () => {
  host = new OwnHost();
  session = (await host.connect()).readWrite({ deadline: 30 });
});
afterEach(() => host.close());

const content = (path: string) => readFileSync(path, 'utf8');
const write = (name: string, text: string): string => {
  writeFileSync(host.path(name), text);
  return host.path(name);
};
/** Has the host change a file. */
async function change(path: string, before: string, after: string, doing: Doing = {}, log = host.log()) {
  const intent = putIntent(host, put(path, before, after), doing);
  return log.changing(session, intent).run(setter(host), [path, before, after]);
}

describe('a host keeps of each change', () => {
  it('how it is taken back, before; what it came to, after', async () => {
    const file = write('file', 'old');
    const script = applyScript(host.script('cp "$1"/0.sh "$2"; cat "$1/log" >"$3"; exit 7'));
    const [seen, log] = [host.path('seen'), host.path('log')];
    const intent = putIntent(host, put(file, 'old', 'new'));
    const result = await host.log().changing(session, intent).run(script, [host.journal(), seen, log]);
    expect(result.code).toBe(7);
    expect(content(seen)).toBe(content(`${host.journal()}/0.sh`));
    expect(content(log)).toMatch(/\tbegun\t0\t\d+\t\d+\t\S+\n$/);
    expect(host.story()).toEqual(['begun 0', 'ended 0']);
    expect(await changeOnHost(session, RUN, 0)).toEqual({ kind: 'ended', code: 7 });
  });

  it('with nobody else being able to read it', async () => {
    await change(write('file', 'old'), 'old', 'new');
    const modes = [host.root, `${host.root}/runs`, host.journal(), `${host.journal()}/0.sh`].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['700', '700', '700', '600']);
  });

  it('what a script prints and reads is its own', async () => {
    const script = applyScript(host.script('printf "%s|" "$@" "$#"; echo said >&2; exit 3'));
    const words = ["it's", 'a\nb', '', '100% \\n |', '$(id)'];
    const intent = putIntent(host, put('/x', '', 'y'));
    const { code, stdout, stderr } = await host.log().changing(session, intent).run(script, words);
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: `${words.join('|')}|5|`, stderr: 'said\n' });
  });

  it('in no more round trips than without, but one at the beginning', async () => {
    let trips = 0;
    const counted: Session = { ...session, run: (...request) => session.run(...request).finally(() => trips++) };
    const log = host.log();
    const file = write('file', '0');
    for (const seq of [0, 1, 2]) {
      const intent = putIntent(host, put(file, `${seq}`, `${seq + 1}`), { seq });
      await log.changing(counted, intent).run(setter(host), [file, `${seq}`, `${seq + 1}`]);
    }
    expect([content(file), trips]).toEqual(['3', 4]);
  });

  it('nothing that a secret stands in, and says so where it is to take that back', async () => {
    const file = write('file', 'the-password-1');
    const log = host.log(RUN, scrub(['the-password-1']));
    await change(file, 'the-password-1', 'new', {}, log);
    const text = content(`${host.journal()}/0.sh`);
    expect(text).not.toContain('the-password-1');
    expect(text).toMatch(/^#:kind\tscrubbed$/m);
  });
});

describe('nothing is changed where the host', () => {
  const attempt = (log = host.log()) => change(write('file', 'old'), 'old', 'new', {}, log);
  const untouched = () => expect(content(host.path('file'))).toBe('old');

  it('has a journal that is no directory', async () => {
    writeFileSync(`${host.root}/runs`, '');
    await expect(attempt()).rejects.toMatchObject({
      message: expect.stringMatching(/can't be written \(.+\), so nothing was changed$/),
      drifted: true,
    });
    untouched();
  });

  it('waits for the confirmation of another run', async () => {
    mkdirSync(host.journal('20261121T000000Z-aaaa'), { recursive: true });
    writeFileSync(`${host.journal('20261121T000000Z-aaaa')}/armed-99999999`, '120\n');
    await expect(attempt()).rejects.toThrow(/^run 20261121T000000Z-aaaa waits for its confirmation on this host/);
    untouched();
  });
});

describe('what became of a change', () => {
  it('is none where it never came', async () => {
    expect(await changeOnHost(session, RUN, 0)).toEqual({ kind: 'none' });
    await change(write('file', 'old'), 'old', 'new');
    expect(await changeOnHost(session, RUN, 1)).toEqual({ kind: 'none' });
  });

  it('is running while its script runs, and known once the controller is gone', async () => {
    const go = host.path('go');
    const script = applyScript(host.script(`: >"$1.begun"; until [ -e "$1" ]; do sleep 0.05; done`));
    const first = await host.connect();
    const intent = putIntent(host, put('/x', '', 'y'));
    const running = host
      .log()
      .changing(first.readWrite({ deadline: 30 }), intent)
      .run(script, [go]);
    let seen = await changeOnHost(session, RUN, 0);
    while (seen.kind === 'none') seen = await changeOnHost(session, RUN, 0);
    expect(seen).toEqual({ kind: 'running', pid: expect.any(Number) });
    const lost = expect(running).rejects.toThrow();
    await first.close();
    await lost;
    expect(await changeOnHost(session, RUN, 0)).toEqual({ kind: 'ended', code: 143 });
  });

  it('is cut where nothing tells how it ended', async () => {
    await change(write('file', 'old'), 'old', 'new');
    const log = content(`${host.journal()}/log`);
    writeFileSync(`${host.journal()}/log`, log.replace(/.*\tended\t.*\n/, ''));
    expect(await changeOnHost(session, RUN, 0)).toEqual({ kind: 'cut' });
    writeFileSync(`${host.journal()}/log`, log.slice(0, -2));
    expect(await changeOnHost(session, RUN, 0)).toEqual({ kind: 'cut' });
  });
});

describe('another controller', () => {
  it('reads from the host what its own journal would say', async () => {
    const file = write('file', 'old');
    await change(file, 'old', 'new');
    await change(file, 'something else', 'newer', { seq: 1 });
    const [copy, ...more] = await copiesOn(session, '20261122');
    expect(more).toEqual([]);
    expect(copy).toMatchObject({ run: RUN, host: 'web-1', switch: 'unarmed', started: { playbooks: ['p.yaml'] } });
    expect(copy?.events).toMatchObject([
      { type: 'change.applying', seq: 0, change: { summary: `put ${file}`, before: 'old' } },
      { type: 'change.applying', seq: 1 },
      { type: 'change.applied', seq: 0 },
      { type: 'change.drifted', seq: 1 },
    ]);
    expect(await copiesOn(session, '20261123')).toEqual([]);
  });

  it('finds what the run did by each of a host’s names', async () => {
    const other = (await host.connect('web-1.example')).readWrite({ deadline: 30 });
    const log = host.log();
    await change(write('file', 'old'), 'old', 'new', {}, log);
    const intent = putIntent(host, put(write('other', '1'), '1', '2'));
    await log.changing(other, intent).run(setter(host), [host.path('other'), '1', '2']);
    const summaries = async (reader: Session) =>
      (await copiesOn(reader, RUN)).flatMap(({ events }) =>
        events.flatMap((event) => (event.type === 'change.applying' ? event.change.summary : [])),
      );
    expect(await summaries(session)).toEqual([`put ${host.path('file')}`]);
    expect(await summaries(other)).toEqual([`put ${host.path('other')}`]);
    expect(await changeOnHost(other, RUN, 0)).toEqual({ kind: 'ended', code: 0 });
  });

  it('takes back what is not taken back already, and the host knows it', async () => {
    const file = write('file', 'old');
    await change(file, 'old', 'new');
    const { undo, event } = putIntent(host, put(file, 'old', 'new'));
    if (undo.kind !== 'reverse') throw new Error('it can be reversed');
    const { script, args } = undo.call(event.change);
    const back = () => host.log().undoing(session, [0], 30).run(script, args);
    expect((await back()).code).toBe(0);
    expect(content(file)).toBe('old');
    writeFileSync(file, 'new');
    expect((await back()).code).toBe(0);
    expect(content(file)).toBe('new');
    expect(host.story()).toEqual(['begun 0', 'ended 0', 'undoing 0', 'undone 0']);
  });
});

describe('what a host says', () => {
  const run = (json: unknown) => `run\tweb-1\tarmed\t${JSON.stringify(json)}\n`;
  const started = { at: 'x', type: 'run.started', run: RUN, version: 1, mode: 'run', playbooks: ['p'], hosts: [] };

  it.each([
    ['nothing', ''],
    ['no JSON', 'run\tweb-1\tarmed\t{"ty'],
    ['another event', run({ type: 'host.started', host: 'x' })],
    ['no run', run({ ...started, run: 7 })],
    ['null', run(null)],
    ['a change of no run', 'change\t0\t{}\n'],
  ])('may be %s: it has no journal then', (_, stdout) => expect(parseCopies(stdout, 'web-1')).toEqual([]));

  it('may be changes that are none, and lines that say nothing', () => {
    const lines = [
      'change\t0\t{"type":"change.applying","seq":0}',
      'change\t1\tnull',
      'log\tx\tended',
      'log\tx\tended\t0\t',
      'log\tx\thuh\t0',
      '\t',
    ];
    const [copy] = parseCopies(`${run(started)}${lines.join('\n')}\n`, 'web-1');
    expect(copy).toMatchObject({ run: RUN, switch: 'armed', events: [] });
  });
});
