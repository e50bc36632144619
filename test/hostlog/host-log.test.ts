import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyScript } from '../../src/core/host-script.ts';
import type { Session } from '../../src/core/session.ts';
import { changeOnHost } from '../../src/hostlog/change-probe.ts';
import { lookForRuns, parseLook } from '../../src/hostlog/copy.ts';
import { hostWord } from '../../src/hostlog/host-word.ts';
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

const undos = (mustKnow = true) => ({ seqs: [0], again: [], deadline: 30, mustKnow });

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
    const { copies, refused } = await lookForRuns(session, '20261122');
    const [copy, ...more] = copies;
    expect([...more, ...refused]).toEqual([]);
    expect(copy).toMatchObject({
      run: RUN,
      host: 'web-1',
      switch: 'unarmed',
      path: host.journal(),
      started: { playbooks: ['p.yaml'] },
    });
    expect(copy?.events).toMatchObject([
      { type: 'host.identified' },
      { type: 'change.applying', seq: 0, change: { summary: `put ${file}`, before: 'old' } },
      { type: 'change.applying', seq: 1 },
      { type: 'change.applied', seq: 0 },
      { type: 'change.drifted', seq: 1 },
    ]);
    expect((await lookForRuns(session, '20261123')).copies).toEqual([]);
  });

  it('finds what the run did by each of a host’s names', async () => {
    const other = (await host.connect('web-1.example')).readWrite({ deadline: 30 });
    const log = host.log();
    await change(write('file', 'old'), 'old', 'new', {}, log);
    const intent = putIntent(host, put(write('other', '1'), '1', '2'));
    await log.changing(other, intent).run(setter(host), [host.path('other'), '1', '2']);
    const summaries = async (reader: Session) =>
      (await lookForRuns(reader, RUN)).copies.flatMap(({ events }) =>
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
    const back = () => host.log().undoing(session, undos()).run(script, args);
    expect((await back()).code).toBe(0);
    expect(content(file)).toBe('old');
    writeFileSync(file, 'new');
    expect((await back()).code).toBe(0);
    expect(content(file)).toBe('new');
    expect(host.story()).toEqual(['begun 0', 'ended 0', 'undoing 0', 'undone 0']);
  });

  it('takes nothing back without the journal of this host, unless it need not have one', async () => {
    const file = write('file', 'old');
    await change(file, 'old', 'new');
    const { undo, event } = putIntent(host, put(file, 'old', 'new'));
    if (undo.kind !== 'reverse') throw new Error('it can be reversed');
    const { script, args } = undo.call(event.change);
    const back = (run: string, name: string, mustKnow: boolean) =>
      host
        .log(run)
        .undoing({ ...session, host: name }, undos(mustKnow))
        .run(script, args);
    await expect(back('20261122T051443Z-none', 'web-1', true)).rejects.toMatchObject({ failure: 'another-machine' });
    // Of another host of the run, whose address this machine has by now.
    await expect(back(RUN, 'web-2', true)).rejects.toMatchObject({ failure: 'another-machine' });
    expect(content(file)).toBe('new');
    expect((await back('20261122T051443Z-none', 'web-1', false)).code).toBe(0);
    expect(content(file)).toBe('old');
  });

  it('keeps which machine it is, as the session says', async () => {
    await change(write('file', 'old'), 'old', 'new');
    const [copy] = (await lookForRuns(session, RUN)).copies;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    expect(session.machine).toMatchObject({ boot });
    expect(copy?.events.find(({ type }) => type === 'host.identified')).toMatchObject({ machine: session.machine });
  });
});

describe('two names of one host', () => {
  it.each([
    ['a+b', 'a@b'],
    ['сервер-а', 'сервер-б'],
    ['a_b', 'a+b'],
    [`${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`],
  ])('have a journal each: %s and %s', async (...names) => {
    const log = host.log();
    for (const [i, name] of names.entries()) {
      const file = write(`file-${i}`, 'old');
      const intent = putIntent(host, put(file, 'old', 'new'));
      const own = (await host.connect(name)).readWrite({ deadline: 30 });
      await log.changing(own, intent).run(setter(host), [file, 'old', 'new']);
    }
    for (const [i, name] of names.entries()) {
      const { undo, event } = putIntent(host, put(host.path(`file-${i}`), 'old', 'new'));
      if (undo.kind !== 'reverse') throw new Error('it can be reversed');
      const { script, args } = undo.call(event.change);
      const own = (await host.connect(name)).readWrite({ deadline: 30 });
      expect((await log.undoing(own, undos()).run(script, args)).code).toBe(0);
      expect(content(host.path(`file-${i}`))).toBe('old');
    }
  });
});

describe('what a host says', () => {
  const run = (json: unknown, directory = RUN) => `run\t${directory}\tweb-1\tarmed\t${JSON.stringify(json)}\n`;
  const at = '2026-11-22T05:14:43.000Z';
  const started = { at, type: 'run.started', run: RUN, version: 1, mode: 'run', playbooks: ['p'], hosts: [] };
  const of = { resource: 'file /x', summary: 'put /x', before: null, after: 'x', risk: 'none' };
  const change = { at, type: 'change.applying', seq: 0, step: 's', stepType: 'put', change: of };
  /** No JSON.stringify writes it. */
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;

  it.each([
    ['no JSON', `run\t${RUN}\tweb-1\tarmed\t{"ty`],
    ['another event', run({ type: 'host.started', host: 'x' })],
    ['no run', run({ ...started, run: 7 })],
    ['another run than its directory', run(started, '20261122T051443Z-k3f8')],
    ['a run whose id is a path', run({ ...started, run: '../../etc' }, '../../etc')],
    ['a run of another time', run({ ...started, at: '\u001b[2J' })],
    ['a dry run', run({ ...started, mode: 'check' })],
    ['playbooks that are none', run({ ...started, playbooks: [{}] })],
    ['a playbook of a megabyte', run({ ...started, playbooks: ['x'.repeat(1_000_000)] })],
    ['accounts that are none', run({ ...started, accounts: ['-rf /'] })],
    ['null', run(null)],
  ])('may be %s: it is named, and is no journal', (_, stdout) =>
    expect(parseLook(stdout, 'web-1')).toMatchObject({
      copies: [],
      refused: [{ why: expect.stringMatching(/run\.json/) }],
    }),
  );

  it('is taken field by field: nothing else comes with it', () => {
    const more = {
      call: { plugins: ['/tmp/evil.mjs'] },
      software: {},
      of: RUN,
      hosts: [{ sshArgs: ['-oProxyCommand=x'] }],
    };
    const evil = {
      ...change,
      host: 'web-2',
      become: false,
      deadline: 30,
      call: {},
      change: { ...of, diff: {}, call: {} },
    };
    const { copies } = parseLook(`${run({ ...started, ...more })}change\t0\t${JSON.stringify(evil)}\n`, 'web-1');
    expect(copies).toMatchObject([{ started: { run: RUN, at, playbooks: ['p'] } }]);
    expect(Object.keys(copies[0]?.started ?? {})).toEqual(['run', 'at', 'playbooks']);
    expect(copies[0]?.events).toEqual([{ ...change, host: 'web-1', deadline: 30 }]);
  });

  it.each([
    ['no event', null],
    ['without a change', { ...change, change: undefined }],
    ['of another number', { ...change, seq: 1 }],
    ['of a number that is none', { ...change, seq: -1 }],
    ['of a step type that is none', { ...change, stepType: '../x' }],
    ['with a deadline without end', { ...change, deadline: 1e300 }],
    ['of an unknown risk', { ...change, change: { ...of, risk: 'fun' } }],
    ['with data that are none', { ...change, change: { ...of, data: [] } }],
    ['so deep that nobody can walk it', { ...change, change: { ...of, before: 'DEEP' } }],
  ])('may be a change %s: it is told as one that is not known', (_, json) =>
    expect(
      parseLook(`${run(started)}change\t0\t${JSON.stringify(json).replace('"DEEP"', deep)}\n`, 'web-1').copies,
    ).toMatchObject([{ events: [], unreadable: ['0'] }]),
  );

  it('may be lines that say nothing', () => {
    const lines = [
      'log\tx\tended',
      'log\tx\tended\t0\t',
      'log\tx\tended\t0\t1e999',
      'log\tx\thuh\t0',
      '\t',
      'change\t0\t{}',
    ];
    const { copies } = parseLook(`change\t0\t{}\n${run(started)}${lines.join('\n')}\n`, 'web-1');
    expect(copies).toMatchObject([{ run: RUN, switch: 'armed', events: [] }]);
  });

  it('may be journals by several names, none of which it has today: that is told', () => {
    const two = `${run(started)}${run(started, `${RUN}:b`).replace('web-1', 'web-2')}`;
    expect(parseLook(two, 'web-1').copies.map(({ name }) => name)).toEqual(['web-1']);
    expect(parseLook(two, 'new')).toMatchObject({
      copies: [],
      refused: [{ run: RUN, why: expect.stringContaining('web-1, web-2') }],
    });
  });

  it('has a word for each name, which is a file’s', () => {
    expect(hostWord({ host: 'web-1.example' })).toBe('web-1.example');
    expect(hostWord({ host: '../a/b%c' })).toMatch(/^\.\._a_b_c\.[0-9a-f]{16}$/);
  });
});
