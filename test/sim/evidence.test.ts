import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../architecture/project.ts';
import { Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, evidence: skipped, ${reason}`);

const PLAY = `- hosts: all
  serial: 1
  steps:
    - name: one
      command: { check: test -e /one, run: touch /one, undo: rm /one }
    - name: two
      command: { check: test -e /two, run: "touch /begun; until [ -e /go ]; do sleep 0.05; done; touch /two", undo: rm /two }
`;

const sha256 = (text: Buffer | string): string => createHash('sha256').update(text).digest('hex');

describe.skipIf(reason)('evidence of a run', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  let run: string;
  const path = (name: string) => join(controller.directory, name);
  /** By a program that is not ours. */
  const inBundle = (...args: readonly string[]): string =>
    execFileSync('tar', ['-xzOf', path('b.tgz'), ...args], { encoding: 'utf8' });
  const names = (): string[] =>
    execFileSync('tar', ['-tzf', path('b.tgz')], { encoding: 'utf8' })
      .trim()
      .split('\n');

  /** A run by a plan that is killed on its way, gone on with, and taken back: three journals. */
  beforeAll(async () => {
    fleet = await bootFleet(['h1', 'h2'].map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
    controller = new Controller(fleet.inventory);
    controller.write('play.yaml', PLAY);
    await controller.run('play.yaml', '--check', '--out', 'plan.json').ended;
    const call = controller.call('run', '--plan', 'plan.json', '--output', 'json');
    await call.until((event) => event.type === 'change.applying' && event.step === 'two');
    await fleet.host('h1').exec('until [ -e /begun ]; do sleep 0.05; done');
    run = call.run;
    expect(await controller.tell('runs', 'export', run)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is at work/),
    });
    call.kill();
    await call.ended;
    for (const host of fleet.hosts) await host.exec('touch /go');
    expect(await controller.call('resume', run, '--output', 'json').ended).toBe(0);
    expect(await controller.call('rollback', run, '--output', 'json').ended).toBe(0);
  });
  afterAll(async () => {
    controller?.remove();
    await fleet?.close();
  });

  const exported = () => controller.tell('runs', 'export', run, '--out', 'b.tgz');
  const verified = (...args: readonly string[]) => controller.tell('runs', 'verify', 'b.tgz', ...args);

  it('holds the journals of all its parts, the plan, the reports and the scripts as they were sent', async () => {
    const told = await exported();
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(path('b.tgz')).mode & 0o777).toBe(0o600);
    const all = names();
    expect(all.slice(0, 3)).toEqual(['manifest.json', 'run.json', 'plan.json']);
    expect(all).toEqual(
      expect.arrayContaining([
        'report.json',
        'report.md',
        'report.html',
        'scripts/transport/agent.sh',
        'scripts/hostlog/undo.sh',
      ]),
    );
    const journals = all.filter((name) => name.startsWith('journals/'));
    expect(journals).toHaveLength(3);
    for (const name of journals)
      expect(inBundle(name)).toBe(
        readFileSync(join(controller.stateDir, 'runs', name.slice(9, -6), 'journal.jsonl'), 'utf8'),
      );
    expect(inBundle('plan.json')).toBe(readFileSync(path('plan.json'), 'utf8'));
    const about = JSON.parse(inBundle('run.json'));
    expect(about.parts.map(({ mode }: { mode: string }) => mode)).toEqual(['run', 'run', 'rollback']);
    const { version } = JSON.parse(readFileSync(`${packageRoot}package.json`, 'utf8'));
    for (const { software } of about.parts)
      expect(software).toEqual({ unwedge: version, node: process.version, os: expect.stringMatching(/^Linux /) });
    for (const { path: name, sha256: hash, file } of about.scripts) {
      expect(sha256(readFileSync(`${packageRoot}src/${name}`))).toBe(hash);
      expect(sha256(inBundle(file))).toBe(hash);
    }
    expect(about.scripts.map(({ path: name }: { path: string }) => name)).toEqual(
      expect.arrayContaining([
        'steps/command/apply.sh',
        'steps/command/probe.sh',
        'steps/command/undo.sh',
        'hostlog/around-change.sh',
      ]),
    );
    expect(JSON.parse(inBundle('report.json'))).toMatchObject({ version: 1, run });
  });

  it('is the same file each time, whole, and known by its head', async () => {
    const [, head = ''] = /^head (\w+)$/m.exec((await exported()).stdout) ?? [];
    const once = readFileSync(path('b.tgz'));
    await exported();
    expect(readFileSync(path('b.tgz')).equals(once)).toBe(true);
    expect(await verified('--head', head)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining(`head ${head}, as it was noted`),
    });
    expect((await verified()).stdout).toMatch(/could have made all of it anew/);
    expect(await verified('--head', '0'.repeat(64))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: b\.tgz: its head is /),
    });
    expect(await verified('--head', 'abc')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: --head abc: a head has 64/),
    });
  });

  it('tells of one changed line in a journal that another program has packed anew', async () => {
    await exported();
    const all = names();
    const folder = path('x');
    execFileSync('sh', ['-c', `mkdir ${folder} && tar -xzf ${path('b.tgz')} -C ${folder}`]);
    const journal = all.find((name) => name.startsWith('journals/')) ?? '';
    writeFileSync(
      join(folder, journal),
      readFileSync(join(folder, journal), 'utf8').replace('touch /one', 'touch /two'),
    );
    execFileSync('tar', ['--format=ustar', '-b', '1', '-czf', path('b.tgz'), '-C', folder, ...all]);
    expect(await verified()).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `error: b.tgz: ${journal} was changed: its SHA-256 is ${sha256(readFileSync(join(folder, journal)))}, not ${sha256(readFileSync(join(controller.stateDir, 'runs', journal.slice(9).replace('.jsonl', ''), 'journal.jsonl')))}\n`,
    });
  });

  it('says what it has not: a plan that is another one now', async () => {
    appendFileSync(path('plan.json'), '\n');
    await exported();
    expect(names()).not.toContain('plan.json');
    expect(JSON.parse(inBundle('run.json')).plan).toBe(`${path('plan.json')} is not there any more as it was`);
    expect((await verified()).code).toBe(0);
  });

  it.each([
    [['export', 'nowhere'], /^error: no run "nowhere"/],
    [['verify', 'nowhere.tgz'], /^error: nowhere\.tgz can't be read: no such file or directory/],
    [['verify', 'play.yaml'], /^error: play\.yaml: it is not what gzip has made/],
  ])('refuses runs %j', async (args, why) => {
    expect(await controller.tell('runs', ...args)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(why),
    });
  });

  it('writes no half file: neither where there is no such folder, nor where the disk is full', async () => {
    const where = 'no/such/b.tgz';
    expect(await controller.tell('runs', 'export', run, '--out', where)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: the bundle can't be written to no\/such\/b\.tgz: no such file or directory/,
      ),
    });
    // A limit on the size of files stands for a full disk.
    const call = controller.callBelow(
      ['sh', '-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh'],
      'runs',
      'export',
      run,
      '--out',
      'full.tgz',
    );
    expect(await call.ended).toBe(1);
    expect(call.stderr).toMatch(/^error: the bundle can't be written to full\.tgz: file too large/);
    expect(existsSync(path('full.tgz'))).toBe(false);
  });
});
