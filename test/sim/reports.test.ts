import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HostReport, Report } from '../../src/core/report.ts';
import { REPORT_SCHEMA } from '../../src/reports/index.ts';
import { commandsOf, readPages } from '../docs/page.ts';
import { Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, reports: skipped, ${reason}`);

const FREE = new URL('../../playbooks/free-dead-containers.yaml', import.meta.url).pathname;
const TOUCH = `- hosts: all
  serial: 1
  steps:
    - name: one
      command: { check: test -e /one, run: "touch /one", undo: rm /one }
`;
/** It waits on the second host until /go is there. */
const WAIT = `- hosts: all
  serial: 1
  steps:
    - name: wait
      command: { check: test -e /one, run: "touch /begun; until [ -e /go ]; do sleep 0.05; done; touch /one", undo: rm /one }
`;

/** It tells its secret as loud as it can. */
const SECRET = `- hosts: well
  steps:
    - command: { check: exit 1, run: 'echo "$1" >&2; exit 4', undo: 'true', args: ["{{ token }}"] }
`;

describe.skipIf(reason)('reports of real commands', { timeout: 600_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  beforeAll(async () => {
    fleet = await bootFleet([
      { name: 'stuck', personality: personality('el7-17.06-overlay2') },
      { name: 'well', personality: personality('debian-20.10-overlay2') },
    ]);
    await fleet.host('stuck').wedge('holder-process');
  });
  afterAll(() => fleet?.close());
  beforeEach(() => {
    controller = new Controller(fleet.inventory);
    controller.write('touch.yaml', TOUCH);
    controller.write('wait.yaml', WAIT);
  });
  afterEach(async () => {
    controller?.remove();
    for (const host of fleet?.hosts ?? []) await host.exec('rm -f /one /begun /go');
  });

  const path = (name: string) => join(controller.directory, name);
  const text = (name: string) => readFileSync(path(name), 'utf8');
  const report = (name: string): Report => JSON.parse(text(name));
  const hostOf = (name: string, host: string): HostReport | undefined =>
    report(name).hosts.find((one) => one.host === host);
  const audit = (...args: readonly string[]) => controller.tell('audit', '-i', fleet.inventory, ...args);
  const run = (playbook: string, ...args: readonly string[]) =>
    controller.tell('run', playbook, '-i', fleet.inventory, ...args);

  it('an audit writes every format at once, each as its name says', async () => {
    const names = ['r.html', 'r.json', 'r.md', 'r.csv', 'r.xml', 'r.sarif', 'r.prom'];
    const { code, stderr } = await audit(...names.flatMap((name) => ['--report', name]));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const validate = new Ajv({ strict: true }).compile(REPORT_SCHEMA);
    expect(validate(report('r.json')) ? [] : validate.errors).toEqual([]);
    expect(report('r.json')).toMatchObject({
      kind: 'audit',
      hosts: [{ host: 'stuck', status: 'ok' }, { host: 'well' }],
    });
    expect(hostOf('r.json', 'stuck')?.findings[0]?.severity).toBe('critical');
    for (const name of names) expect(text(name)).toContain(hostOf('r.json', 'stuck')?.findings[0]?.code);
    expect(text('r.prom')).toContain('unwedge_stuck_containers{report="audit"} 1\n');
    expect(
      readdirSync(controller.directory)
        .filter((name) => name.startsWith('r.'))
        .toSorted(),
    ).toEqual(names.toSorted());
  });

  it('--format says in which format, whatever the name', async () => {
    await audit('--report', 'out.txt', '--format', 'csv');
    expect(text('out.txt')).toMatch(/^host,groups,status,/);
  });

  it('--format without a file to write is refused, and what to add is said', async () => {
    const { code, stdout, stderr } = await controller.tell('audit', '-i', fleet.inventory, '--format', 'json');
    expect(stderr).toBe('error: --format json: there is no report to write so\n  name its file: --report FILE\n');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it.each([
    ['a folder that is not there', 'gone/r.json', 'no such file or directory'],
    ['a folder', '.', 'it is a folder'],
    ['no file', '/dev/null', 'it is no file'],
    ['a name without a format', 'r.txt', 'its name does not say in which format'],
  ])('a report to %s is refused before any host is touched', async (_, file, why) => {
    for (const args of [['audit'], ['run', 'touch.yaml'], ['run', 'touch.yaml', '--check']]) {
      const [first = '', ...rest] = args;
      const format = file === 'r.txt' ? [] : ['--format', 'json'];
      const { code, stderr } = await controller.tell(
        first,
        ...rest,
        '-i',
        fleet.inventory,
        '--report',
        file,
        ...format,
      );
      expect(stderr).toContain(why);
      expect(code).toBe(1);
    }
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    for (const host of fleet.hosts) expect((await host.exec('ls /one')).code).not.toBe(0);
  });

  it('a report that can be written no more is told loudly; the run is done, and its report can be had later', async () => {
    mkdirSync(path('out'));
    await fleet.host('stuck').exec('touch /go');
    const call = controller.call(
      'run',
      'wait.yaml',
      '-i',
      fleet.inventory,
      '--output',
      'json',
      '--report',
      'out/r.json',
    );
    await call.until((event) => event.type === 'change.applying' && event.host === 'well');
    await fleet.host('well').exec('until [ -e /begun ]; do sleep 0.05; done');
    // In its place there is a file: nobody can write below it, not even root.
    rmdirSync(path('out'));
    writeFileSync(path('out'), '');
    await fleet.host('well').exec('touch /go');
    expect(await call.ended).toBe(12);
    expect(call.statuses).toEqual({ stuck: 'changed', well: 'changed' });
    expect(call.stderr).toContain('out/r.json is not written: ');
    expect(call.stderr).toContain(`unwedge runs show ${call.run} --report FILE`);
    expect((await controller.tell('runs', 'show', call.run, '--report', 'later.json')).code).toBe(0);
    expect(hostOf('later.json', 'well')?.changes).toMatchObject([{ step: 'wait', state: 'applied' }]);
  });

  it('a link stays a link, and who could read the file still can', async () => {
    writeFileSync(path('real.json'), 'old');
    chmodSync(path('real.json'), 0o640);
    symlinkSync('real.json', path('link.json'));
    await audit('--report', 'link.json');
    expect(statSync(path('real.json')).mode & 0o777).toBe(0o640);
    expect(report('real.json').kind).toBe('audit');
    expect(
      readdirSync(controller.directory, { withFileTypes: true })
        .find(({ name }) => name === 'link.json')
        ?.isSymbolicLink(),
    ).toBe(true);
  });

  it('each audit with a report that the docs name does what they say', async () => {
    copyFileSync(fleet.inventory, path('inventory.yaml'));
    const pages = readPages().filter(({ path: of }) => of === 'docs/reports.md' || of === 'docs/audits.md');
    const lines = pages.flatMap(commandsOf).filter((line) => /^unwedge audit .*--report/.test(line));
    expect(lines).toHaveLength(5);
    for (const line of lines) {
      const { code, stderr } = await controller.tell(...line.split(' ').slice(1), '-l', 'well');
      expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' });
      for (const [, name = ''] of line.matchAll(/--report (\S+)/g)) expect(existsSync(path(name))).toBe(true);
    }
  });

  it('--fail-on tells by the exit code what was found', async () => {
    expect((await audit('--fail-on', 'critical')).code).toBe(11);
    expect((await audit('--fail-on', 'critical', '-l', 'well')).code).toBe(0);
  });

  it('--diff tells what appeared, went and stayed, in text and in the reports', async () => {
    await audit('-l', 'well', '--report', 'old.json');
    const { stdout, code } = await audit('--diff', 'old.json', '--report', 'new.json', '--report', 'new.md');
    expect(code).toBe(0);
    const { diff } = report('new.json');
    expect(diff?.appeared.map(({ host, severity }) => [host, severity])).toContainEqual(['stuck', 'critical']);
    expect(diff?.run).toBe(report('old.json').run);
    expect(stdout).toMatch(
      new RegExp(`Since ${diff?.run}, \\S+: ${diff?.appeared.length} appeared, 0 went, ${diff?.stayed.length} stayed`),
    );
    expect(stdout).toMatch(/^ {2}\+ stuck {2}UW\d{3} critical {2}/m);
    expect(text('new.md')).toContain(`- appeared: ${diff?.appeared.length}\n`);
    const back = await audit('-l', 'well', '--diff', 'new.json', '--report', 'back.json');
    expect(report('back.json').diff?.unknown.map(({ host }) => host)).toContain('stuck');
    expect(back.stdout).toContain('unknown (hosts that could not be looked at)');
  });

  it.each([
    ['is not there', undefined, "can't be read"],
    ['is no JSON', '{', 'is no report: '],
    ['is something else', '{"version": 1}', "is no report: / must have required property 'kind'"],
    ['is of a later version', '{"version": 2}', 'is a report of version 2; this unwedge reads version 1'],
    [
      'is damaged',
      JSON.stringify({ version: 1, kind: 'audit', run: 'r', startedAt: 'x', playbooks: [], hosts: [] }),
      '/startedAt must match',
    ],
    [
      'is that of a run',
      JSON.stringify({
        version: 1,
        kind: 'run',
        run: 'r',
        startedAt: '2024-06-01T03:00:00Z',
        playbooks: [],
        hosts: [],
      }),
      'is the report of a run, not of an audit',
    ],
  ])('an old report that %s is refused', async (_, content, why) => {
    if (content !== undefined) writeFileSync(path('old.json'), content);
    const { code, stderr } = await audit('--diff', 'old.json');
    expect(stderr).toContain(why);
    expect(code).toBe(1);
  });

  it('a check, a run and its rollback report of themselves', async () => {
    expect((await run('touch.yaml', '--check', '--report', 'check.json')).code).toBe(0);
    expect(report('check.json')).toMatchObject({ kind: 'check', hosts: [{ changes: [{ state: 'planned' }] }, {}] });
    expect((await run('touch.yaml', '--report', 'run.json', '--report', 'run.html')).code).toBe(0);
    expect(report('run.json')).toMatchObject({
      kind: 'run',
      hosts: [{ groups: ['el7-17_06-overlay2'], status: 'changed', changes: [{ state: 'applied' }] }, {}],
    });
    const id = report('run.json').run;
    expect((await controller.tell('rollback', id, '--report', 'back.json')).code).toBe(0);
    expect(report('back.json')).toMatchObject({
      kind: 'rollback',
      hosts: [{ changes: [{ step: 'one', state: 'undone' }] }, {}],
    });
    // Later, from the journals: of the whole run, and of the rollback alone.
    await controller.tell('runs', 'show', id, '--report', 'whole.json');
    expect(report('whole.json')).toMatchObject({
      kind: 'run',
      run: id,
      hosts: [{ status: 'rolled-back', changes: [{ state: 'undone' }] }, {}],
    });
    const back = report('back.json').run;
    await controller.tell('runs', 'show', back, '--report', 'again.json');
    expect(report('again.json')).toEqual(report('back.json'));
  });

  it('of a run whose controller was killed the journal tells, also with its last line torn; of one at work nobody', async () => {
    await fleet.host('stuck').exec('touch /go');
    const call = controller.call('run', 'wait.yaml', '-i', fleet.inventory, '--output', 'json');
    await call.until((event) => event.type === 'change.applying' && event.host === 'well');
    await fleet.host('well').exec('until [ -e /begun ]; do sleep 0.05; done');
    const atWork = await controller.tell('runs', 'show', call.run, '--report', 'r.json');
    expect(atWork.stderr).toContain(`run ${call.run} is at work`);
    expect([atWork.code, existsSync(path('r.json'))]).toEqual([1, false]);
    call.kill();
    await call.ended;
    writeFileSync(join(controller.stateDir, 'runs', call.run, 'journal.jsonl'), '{"type":"change.appl', { flag: 'a' });
    expect((await controller.tell('runs', 'show', call.run, '--report', 'r.json')).code).toBe(0);
    expect('finishedAt' in report('r.json')).toBe(false);
    expect(report('r.json').hosts).toMatchObject([
      { host: 'stuck', status: 'changed' },
      { host: 'well', status: 'interrupted', changes: [{ state: 'applying' }] },
    ]);
    await fleet.host('well').exec('touch /go');
    expect((await controller.tell('resume', call.run, '--report', 'resumed.json')).code).toBe(0);
    expect(report('resumed.json')).toMatchObject({
      run: call.run,
      hosts: [{ status: 'changed' }, { status: 'changed' }],
    });
  });

  it('a secret is in no report', async () => {
    controller.write('token', 'hunter2secret\n');
    controller.write('more.yaml', 'all:\n  vars:\n    token: { from: file, path: token }\n');
    controller.write('secret.yaml', SECRET);
    const ends = ['json', 'md', 'csv', 'xml', 'sarif', 'html'];
    const { code } = await run('secret.yaml', '-i', 'more.yaml', ...ends.flatMap((end) => ['--report', `r.${end}`]));
    expect(code).toBe(2);
    for (const end of ends) expect(text(`r.${end}`)).not.toContain('hunter2secret');
    expect(hostOf('r.json', 'well')?.reason?.message).toContain('***');
  });

  it('asks hosts for no report: they keep no findings', async () => {
    const { code, stderr } = await controller.tell('runs', 'show', 'x', '-i', fleet.inventory, '--report', 'r.json');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('leave -i out') });
  });

  it('the journal says of a run what the run said itself, findings too', async () => {
    const { code } = await run(FREE, '--report', 'run.json');
    expect(code).toBe(0);
    expect(hostOf('run.json', 'stuck')?.gone.map(({ severity }) => severity)).toContain('critical');
    await controller.tell('runs', 'show', report('run.json').run, '--report', 'later.json');
    expect(report('later.json')).toEqual(report('run.json'));
  });
});
