import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planSchema } from '../../src/app/saved-plan-schema.ts';
import type { RunEvent } from '../../src/core/event.ts';
import type { SavedPlan } from '../../src/core/saved-plan.ts';
import { packageRoot } from '../architecture/project.ts';
import { sample } from '../level.ts';
import { type Call, Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, saved plans: skipped, ${reason}`);

const ALL: readonly (readonly [string, string, string])[] = [
  ['container', 'holder-container', 'el7-1.12.6-devicemapper'],
  ['service', 'holder-service', 'el7-1.12.6-devicemapper'],
  ['several', 'several', 'el7-19.03-overlay2-moved'],
  ['host', 'host-namespace', 'debian-20.10-overlay2'],
  ['nothing', 'nothing', 'debian-28.2-overlay2'],
];
const WEDGED = sample(ALL, 2, 'wedged');

describe.skipIf(reason)('a saved plan of the shipped remedy', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  beforeAll(async () => {
    fleet = await bootFleet(WEDGED.map(([name, , type]) => ({ name, personality: personality(type) })));
    for (const [name, scenario] of WEDGED) await fleet.host(name).wedge(scenario);
    controller = new Controller(fleet.inventory);
  });
  afterAll(async () => {
    controller?.remove();
    await fleet?.close();
  });

  it('frees what it foretold, also with its findings about pids and mounts, and drifts once that is done', async () => {
    const playbook = `${packageRoot}playbooks/free-dead-containers.yaml`;
    const dry = controller.run(playbook, '--check', '--out', 'plan.json');
    expect(await dry.ended).toBe(0);
    const planned = dry
      .ofType('step.planned')
      .flatMap(({ host, changes }) => changes.map(({ resource }) => [host, resource]));
    const run = controller.call('run', '--plan', 'plan.json', '--output', 'json');
    expect([await run.ended, run.stderr]).toEqual([0, expect.stringContaining('by plan plan.json of ')]);
    const expected = (whereStuck: string) =>
      Object.fromEntries(WEDGED.map(([name, scenario]) => [name, scenario === 'nothing' ? 'ok' : whereStuck]));
    expect(run.statuses).toEqual(expected('changed'));
    expect(
      run
        .ofType('change.applying')
        .map(({ host, change }) => [host, change.resource])
        .sort(),
    ).toEqual(planned.sort());
    for (const host of fleet.hosts) expect((await host.exec('docker ps -aq --filter status=dead')).stdout).toBe('');
    const again = controller.call('run', '--plan', 'plan.json', '--output', 'json');
    expect(await again.ended).toBe(9);
    expect(again.statuses).toEqual(expected('drifted'));
    expect(again.ofType('change.applying')).toEqual([]);
  });
});

const names = ['h1', 'h2', 'h3'];
const PLAY = `- hosts: all
  serial: 1
  steps:
    - name: one
      command: { check: test -e /one, run: "touch /one; echo one >>/log", undo: rm /one }
      notify: tell
    - name: two
      command:
        check: test -e /two
        run: "touch /begun; until [ -e /go ]; do sleep 0.05; done; touch /two; echo two >>/log"
        undo: rm /two
  handlers:
    - name: tell
      command: { run: echo told >>/log, undo: "true" }
`;

describe.skipIf(reason)('unwedge run --plan', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  let controller: Controller;
  beforeAll(async () => {
    fleet = await bootFleet(names.map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
  });
  afterAll(() => fleet?.close());
  beforeEach(async () => {
    controller = new Controller(fleet.inventory);
    controller.write('play.yaml', PLAY);
    for (const host of fleet.hosts) await host.exec('touch /go');
  });
  afterEach(async () => {
    for (const host of fleet.hosts) fleet.setFault(host.name, undefined);
    controller?.remove();
    for (const host of fleet?.hosts ?? []) await host.exec('rm -f /one /two /log /begun /go');
  });

  const path = (name: string) => join(controller.directory, name);
  const planOf = (name = 'plan.json'): SavedPlan => JSON.parse(readFileSync(path(name), 'utf8'));
  const byPlan = (...args: readonly string[]): Call =>
    controller.call('run', '--plan', 'plan.json', '--output', 'json', ...args);
  const logs = () => Promise.all(fleet.hosts.map(async (host) => (await host.exec('cat /log')).stdout));
  async function save(...args: readonly string[]): Promise<Call> {
    const call = controller.run('play.yaml', '--check', '--out', 'plan.json', ...args);
    await call.ended;
    return call;
  }

  it('is written for its owner only, fits its schema, and tells how it is applied', async () => {
    const told = await controller.tell('run', 'play.yaml', '-i', fleet.inventory, '--check', '--out', 'plan.json');
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toMatch(
      /^plan plan\.json: 9 changes on 3 of 3 hosts\nonce it is approved: unwedge run --plan plan\.json$/m,
    );
    expect(statSync(path('plan.json')).mode & 0o777).toBe(0o600);
    const plan = planOf();
    const fits = new Ajv({ strict: false }).compile(planSchema);
    expect([fits(plan), fits.errors]).toEqual([true, null]);
    const step = (name: string, summary: string, may: boolean) => ({
      ...{ play: 0, step: name },
      changes: [
        { resource: `command ${summary}`, summary: `run: ${summary}`, before: null, after: null, risk: 'none', may },
      ],
    });
    const [one = '', two = ''] = [...PLAY.matchAll(/ run: "(.*)"/g)].map(([, text]) => text);
    expect(plan.hosts.find(({ host }) => host === 'h1')?.steps).toEqual([
      step('one', one, false),
      step('two', two, false),
      step('tell', 'echo told >>/log', true),
    ]);
    expect(await logs()).toEqual(['', '', '']);
  });

  it('leaves out who was away, leaves alone who has drifted, and serves the others; all of it is taken back as ever', async () => {
    fleet.setFault('h3', () => 'cut');
    expect(await (await save()).ended).toBe(4);
    fleet.setFault('h3', undefined);
    await fleet.host('h2').exec('touch /two');
    const looked = byPlan('--check');
    expect(await looked.ended).toBe(9);
    expect(looked.statuses).toEqual({ h1: 'changed', h2: 'drifted', h3: 'not-attempted' });
    expect(await logs()).toEqual(['', '', '']);
    const run = byPlan();
    expect(await run.ended).toBe(9);
    expect(run.statuses).toEqual({ h1: 'changed', h2: 'drifted', h3: 'not-attempted' });
    expect(await logs()).toEqual(['one\ntwo\ntold\n', '', '']);
    const outcomes = run.ofType('run.finished')[0]?.recap.outcomes;
    expect(outcomes?.[1]?.reason?.message).toMatch(
      /^it is not as it was when the plan was approved: approved, and not to be done now: run: touch \/begun/,
    );
    expect(outcomes?.[2]?.reason?.message).toMatch(/^not part of the plan: it was unreachable when that was made/);
    expect(await controller.call('rollback', run.run, '--output', 'json').ended).toBe(0);
    expect((await fleet.host('h1').exec('ls /one /two')).stdout).toBe('');
  });

  it('is gone on with by resume after kill -9, and only beyond what was done', async () => {
    await save();
    await fleet.host('h2').exec('rm /go');
    const call = byPlan();
    await call.until(
      (event: RunEvent) => event.type === 'change.applying' && event.host === 'h2' && event.step === 'two',
    );
    await fleet.host('h2').exec('until [ -e /begun ]; do sleep 0.05; done');
    call.kill();
    await call.ended;
    await fleet.host('h2').exec('touch /go');
    await fleet.host('h3').exec('touch /one');
    const again = controller.call('resume', call.run, '--output', 'json');
    expect(await again.ended).toBe(9);
    expect(again.statuses).toEqual({ h1: 'changed', h2: 'changed', h3: 'drifted' });
    expect(await logs()).toEqual(['one\ntwo\ntold\n', 'one\ntwo\ntold\n', '']);
    writeFileSync(path('plan.json'), readFileSync(path('plan.json'), 'utf8').replace('"version"', ' "version"'));
    expect(await controller.tell('resume', call.run)).toMatchObject({
      ...{
        code: 1,
        stderr: expect.stringMatching(/^error: the plan .*plan\.json is not what it was when run .* began/),
      },
    });
  });

  it('says which of playbook and inventory is another one, before any host is asked', async () => {
    await save('-e', 'x=1');
    controller.write('play.yaml', `${PLAY}# changed\n`);
    expect(await controller.tell('run', '--plan', 'plan.json')).toMatchObject({
      ...{
        code: 1,
        stderr: expect.stringMatching(/^error: the playbook play\.yaml is not what it was when the plan .* was made/),
      },
    });
    controller.write('play.yaml', PLAY);
    const inventory = readFileSync(fleet.inventory, 'utf8');
    writeFileSync(fleet.inventory, inventory.replace(/"vars": *\{/, '"vars": {"more": 1,'));
    const told = await controller.tell('run', '--plan', 'plan.json');
    writeFileSync(fleet.inventory, inventory);
    expect(told).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: the inventory .* when the plan .* was made/),
    });
    expect(await logs()).toEqual(['', '', '']);
  });

  it.each([
    [['play.yaml', '--plan', 'plan.json'], /^error: --plan takes no playbook, and here is play\.yaml/],
    [['--plan', 'plan.json', '-l', 'h1'], /^error: --plan takes no --limit/],
    [['--plan', 'plan.json', '--extra-vars', 'a=b'], /^error: --plan takes no --extra-vars/],
    [['--plan', 'plan.json', '-t', 'x'], /^error: --plan takes no --tags/],
    [['--plan', 'plan.json', '--step'], /^error: --plan takes no --step/],
    [['--plan', 'plan.json', '--out', 'other.json', '--check'], /^error: --plan takes no --out/],
    [['--plan', 'nowhere.json'], /^error: the plan .*nowhere\.json can't be read: no such file or directory/],
    [['play.yaml', '--out', 'other.json'], /^error: --out saves what a dry run foretells/],
    [['play.yaml', '--check', '--out', 'other.json', '--step'], /^error: --out takes no --step/],
    [
      ['play.yaml', '--check', '--out', 'no/such/folder.json'],
      /^error: --out no\/such\/folder\.json: no such file or directory/,
    ],
    [['play.yaml', '--check', '--out', '.'], /^error: --out \.: it is a folder/],
    [[], /^error: missing required argument 'playbook'/],
  ])('refuses run %j', async (args, message) => {
    await save();
    const inventory = args.includes('--plan') || args.length === 0 ? [] : ['-i', fleet.inventory];
    expect(await controller.tell('run', ...args, ...inventory)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(message),
    });
    expect(existsSync(path('other.json'))).toBe(false);
  });

  it("refuses what is no plan, a newer one, another unwedge's, and one of other hosts", async () => {
    await save();
    const plan = planOf();
    const refusal = async (text: string) => {
      controller.write('plan.json', text);
      const { code, stderr } = await controller.tell('run', '--plan', 'plan.json');
      expect(code).toBe(1);
      return stderr;
    };
    expect(await refusal('')).toMatch(/^error: plan\.json is no plan: it is empty/);
    expect(await refusal('[]')).toMatch(/^error: plan\.json is no plan: \/ must be object/);
    expect(await refusal(JSON.stringify({ ...plan, version: 2 }))).toMatch(
      /is a plan of version 2; this unwedge reads version 1/,
    );
    expect(await refusal(JSON.stringify({ ...plan, unwedge: '99.0.0' }))).toMatch(
      /was made by unwedge 99\.0\.0, this is /,
    );
    expect(await refusal(JSON.stringify({ ...plan, hosts: [...plan.hosts, { host: 'x', steps: [] }] }))).toMatch(
      /has a host x/,
    );
    expect(await refusal(JSON.stringify({ ...plan, hosts: [...plan.hosts, ...plan.hosts] }))).toMatch(
      /has the host h1 twice/,
    );
    expect(await refusal(readFileSync(path('plan.json'), 'utf8').slice(0, 300))).toMatch(/is no plan/);
    expect(await logs()).toEqual(['', '', '']);
  });

  it('never does more for a plan that somebody has edited', async () => {
    await save();
    const plan = planOf();
    const hosts = plan.hosts.map(({ host, steps }) => ({ host, steps: steps.slice(0, 1) }));
    controller.write('plan.json', JSON.stringify({ ...plan, hosts }));
    const run = byPlan();
    expect(await run.ended).toBe(9);
    expect(await logs()).toEqual(['', '', '']);
  });

  it('holds no secret: where one would be in it, nothing is saved', async () => {
    controller.write('word', 'sesame-sesame\n');
    controller.write(
      'play.yaml',
      '- hosts: all\n  vars: { word: { from: file, path: word } }\n  steps:\n    - command: { check: test -e /x, run: "true", args: ["{{ word }}"] }\n',
    );
    writeFileSync(
      path('inventory.yaml'),
      readFileSync(fleet.inventory, 'utf8').replace(
        /"vars": *\{/,
        `"vars": {"word": {"from": "file", "path": "${path('word')}"},`,
      ),
    );
    controller.write(
      'play.yaml',
      '- hosts: all\n  steps:\n    - name: open\n      command: { check: test -e /x, run: "true", args: ["{{ word }}"] }\n',
    );
    const told = await controller.tell('run', 'play.yaml', '-i', 'inventory.yaml', '--check', '--out', 'plan.json');
    expect(told).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: no plan is saved: it would hold a secret, in a change of "open" on h\d/),
    });
    const inFlag = await controller.tell(
      'run',
      'play.yaml',
      '-i',
      'inventory.yaml',
      '--check',
      '--out',
      'plan.json',
      '-e',
      'other=sesame-sesame',
      '--skip-tags',
      'never',
    );
    expect(inFlag.code).toBe(1);
    expect(readdirSync(controller.directory).filter((name) => name.includes('plan.json'))).toEqual([]);
    expect(told.stdout + told.stderr + inFlag.stdout + inFlag.stderr).not.toContain('sesame-sesame');
  });

  it('whole or not at all: a disk that is full leaves the old one', async () => {
    await save();
    const before = readFileSync(path('plan.json'), 'utf8');
    // A limit on the size of files stands for a full disk.
    const call = controller.callBelow(
      ['sh', '-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh'],
      'run',
      'play.yaml',
      '-i',
      fleet.inventory,
      '--check',
      '--out',
      'plan.json',
      '--output',
      'json',
    );
    expect(await call.ended).toBe(1);
    expect(call.stderr).toMatch(/^error: the plan can't be written to plan\.json: file too large$/m);
    expect(readFileSync(path('plan.json'), 'utf8')).toBe(before);
    expect(readdirSync(controller.directory).filter((name) => name.startsWith('plan.json'))).toEqual(['plan.json']);
  });

  it('whatever is in the file, it is refused with a reason or carried out as it says', async () => {
    await save();
    const text = readFileSync(path('plan.json'), 'utf8');
    const edit = fc.tuple(
      fc.nat(text.length - 1),
      fc.constantFrom('', '0', '"', '{', ']', '\\u001b', '__proto__', '-1e999'),
    );
    await fc.assert(
      fc.asyncProperty(edit, async ([at, put]) => {
        controller.write('plan.json', text.slice(0, at) + put + text.slice(at + 1));
        const { code, stderr } = await controller.tell('run', '--plan', 'plan.json', '--check');
        expect([0, 1, 9]).toContain(code);
        expect(stderr).not.toMatch(/unwedge itself has failed|\u001b/);
      }),
      { numRuns: 12 },
    );
    chmodSync(path('plan.json'), 0o600);
  });
});
