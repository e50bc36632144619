import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/notify/notice.ts';
import { packageRoot } from '../architecture/project.ts';
import { HttpServer } from '../notify/http-server.ts';
import { unwedge as call } from '../unwedge.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, notify: skipped, ${reason}`);

const SECRET = 'T0123-very-secret-token';
const LOOK = '- hosts: all\n  on_failure: continue\n  steps:\n    - scan: { tell: stuck }\n';

describe.skipIf(reason)('who is told of runs on simulated hosts', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let hook: HttpServer;
  let checks: HttpServer;
  let play: string;
  const file = (name: string) => join(fleet.directory, name);
  beforeAll(async () => {
    fleet = await bootFleet(['h1', 'h2'].map((name) => ({ name, personality: personality('el7-17.06-overlay2') })));
    [hook, checks] = [await HttpServer.start(200), await HttpServer.start(200)];
    play = file('look.yaml');
    writeFileSync(play, LOOK);
    writeFileSync(file('webhook'), `${hook.origin}/services/${SECRET}\n`);
    writeFileSync(file('ping'), `${checks.origin}/ping/${SECRET}\n`);
  });
  afterAll(async () => {
    await Promise.all([hook?.close(), checks?.close()]);
    await fleet?.close();
  });

  const unwedge = (...args: readonly string[]) => unwedgeIn(packageRoot, ...args);
  const unwedgeIn = (cwd: string, ...args: readonly string[]) => call([...args, '--state-dir', file('state')], { cwd });

  /** As a schedule calls it. @returns what was said, and who was told what */
  async function scheduled(playbook = play) {
    hook.heard.length = 0;
    checks.heard.length = 0;
    rmSync(file('mail'), { force: true });
    const ways = [
      '--webhook-file',
      file('webhook'),
      '--ping-file',
      file('ping'),
      '--notify',
      `cat >>${file('mail')}; echo mailed`,
    ];
    const { code, stdout, stderr } = await unwedge(
      'run',
      playbook,
      '-i',
      fleet.inventory,
      '--output',
      'plain',
      ...ways,
    );
    const pings = checks.heard.map(({ path }) => new URL(path, checks.origin));
    return {
      ...{ code, stdout, stderr, run: /^== run (\S+):/m.exec(stdout)?.[1] ?? '' },
      notices: hook.heard.map(({ body }): Notice => JSON.parse(body)),
      mail: existsSync(file('mail')) ? readFileSync(file('mail'), 'utf8') : '',
      pings: pings.map(({ pathname }) => pathname.replace(`/ping/${SECRET}/`, '')),
      rids: new Set(pings.map(({ searchParams }) => searchParams.get('rid'))),
    };
  }

  it('a first run that is clean tells nobody but the dead man’s switch', async () => {
    const { code, notices, mail, pings, rids, stderr } = await scheduled();
    expect({ code, stderr, notices, mail }).toEqual({ code: 0, stderr: '', notices: [], mail: '' });
    expect(pings).toEqual(['start', '0']);
    expect([...rids]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it('two runs with the same that is stuck tell once', async () => {
    await fleet.host('h1').wedge('host-namespace');
    const first = await scheduled();
    expect(first.notices).toMatchObject([
      { event: 'trouble', run: first.run, command: 'run', exitCode: 0, counts: { went: 0, stayed: 0 } },
    ]);
    expect(first.notices[0]?.appeared).toContainEqual(
      expect.objectContaining({ kind: 'finding', host: 'h1', severity: 'critical' }),
    );
    expect(JSON.parse(first.mail)).toEqual(first.notices[0]);
    expect((await unwedge('runs', 'show', first.run)).stdout).toContain('command: notified: mailed');
    const second = await scheduled();
    expect({ notices: second.notices, mail: second.mail, pings: second.pings }).toEqual({
      notices: [],
      mail: '',
      pings: ['start', '0'],
    });
  });

  it('a webhook that fails fails no run, and is told of it all the next time', async () => {
    await fleet.host('h2').wedge('host-namespace');
    hook.answers = [404];
    const failed = await scheduled();
    expect(failed).toMatchObject({ code: 0, stderr: 'warning: not notified: webhook: it answers 404\n' });
    expect(JSON.parse(failed.mail)).toMatchObject({ event: 'trouble', run: failed.run });
    expect((await unwedge('runs', 'show', failed.run)).stdout).toContain('webhook: not notified: it answers 404');
    hook.answers = [200];
    const next = await scheduled();
    expect(next.notices[0]?.appeared.map(({ host }) => host)).toEqual(expect.arrayContaining(['h2']));
    expect(next.mail, 'who was told is not told again').toBe('');
  });

  it('a run that is refused is told, and hides nothing that was stuck', async () => {
    writeFileSync(play, LOOK.replace('scan', 'scna'));
    const refused = await scheduled();
    expect(refused).toMatchObject({ code: 1, pings: ['1'] });
    expect(refused.notices).toMatchObject([
      { event: 'trouble', run: '', exitCode: 1, appeared: [{ code: 'refused' }] },
    ]);
    expect(refused.notices[0]?.counts).toMatchObject({ appeared: 1, went: 0 });
    writeFileSync(play, LOOK);
    expect((await scheduled()).notices).toMatchObject([
      { event: 'trouble', appeared: [], went: [{ code: 'refused' }] },
    ]);
  });

  it('of a plan is told from the folder where it was called, of its dry run as well', async () => {
    const plan = file('plan.json');
    expect(await unwedge('run', play, '-i', fleet.inventory, '--check', '--out', plan)).toMatchObject({ code: 0 });
    const byPlan = (...args: readonly string[]) =>
      unwedgeIn(fleet.directory, 'run', '--plan', plan, '--notify', `pwd >>${file('where')}`, ...args);
    const looking = 'looking at 2 hosts against the plan, before any is touched\n';
    expect(await byPlan('--check')).toMatchObject({ code: 0, stdout: expect.stringContaining(looking) });
    expect(await byPlan()).toMatchObject({ code: 0, stdout: expect.stringContaining(looking) });
    expect(await byPlan('--quiet')).toMatchObject({ stdout: expect.not.stringContaining(looking) });
    expect(readFileSync(file('where'), 'utf8')).toBe(`${fleet.directory}\n${fleet.directory}\n`);
  });

  it('once all are free again it is told, once', async () => {
    const freed = await unwedge('run', 'playbooks/free-dead-containers.yaml', '-i', fleet.inventory);
    expect(freed.code).toBe(0);
    const { notices, mail } = await scheduled();
    expect(notices).toMatchObject([{ event: 'recovered', appeared: [], stayed: [] }]);
    expect(mail).toContain('all is well again');
    expect((await scheduled()).notices).toEqual([]);
  });

  it('the addresses stand nowhere, and what is kept is for nobody else to read', () => {
    const state = file('state');
    const kept = readdirSync(state, { recursive: true, encoding: 'utf8' }).map((name) => join(state, name));
    const files = kept.filter((path) => statSync(path).isFile());
    expect(files.filter((path) => readFileSync(path, 'utf8').includes(SECRET))).toEqual([]);
    expect(files.filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
  });
});
