import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventOf, RunEvent } from '../../src/core/event.ts';
import { unwedge as call } from '../unwedge.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const reason = simAvailable();
if (reason) console.log(`sim, language: skipped, ${reason}`);

const HOSTS = ['h1', 'h2', 'h3'];

/** Each of its words leaves a file of its own below /root; on h2 a step in the block fails. */
const PLAYBOOK = `
- name: All of it
  hosts: all
  inputs:
    marks: { type: list, default: [one, two], description: files to leave }
    ticket: { type: string, pattern: "OPS-[0-9]+" }
  steps:
    - name: Mark
      command: { check: 'test -e "/root/$1"', run: 'touch "/root/$1"', undo: 'rm "/root/$1"', args: ["{{ item }}"] }
      loop: marks
      when: item != "two" || inventory_hostname != "h3"
      register: marked
      notify: Say so
      tags: [marks, always]
    - name: Guarded
      block:
        - name: Risky
          command: { check: 'test -e /root/risky', run: 'test ! -e /root/fragile && touch /root/risky', undo: 'rm -f /root/risky' }
        - include: leave.yaml
          inputs: { file: "risked-{{ size(marked.results) }}" }
      rescue:
        - include: leave.yaml
          inputs: { file: rescued }
      always:
        - include: leave.yaml
          inputs: { file: ended }
    - name: Once
      command: { check: 'test -e /root/once', run: 'touch /root/once', undo: 'rm /root/once', args: ["{{ ticket }}"] }
      run_once: true
      register: did
    - name: Ignored
      command: { check: 'exit 7', run: 'true' }
      ignore_errors: true
      register: ignored
    - name: For all
      command: { check: 'test -e /root/all', run: 'touch /root/all', undo: 'rm /root/all' }
      when: did.changed && ignored.failed
    - name: As root
      command: { check: 'test -e /root/root', run: 'echo "$WORKS_AS" > /root/root', undo: 'rm /root/root' }
      become: true
    - name: As whoever logs in
      command: { check: 'test -e /root/login', run: 'echo "$WORKS_AS" > /root/login', undo: 'rm /root/login' }
    - name: Third time lucky
      command: { check: 'echo >> /root/tries; wc -l < /root/tries', run: 'true' }
      register: tries
      until: int(tries.stdout.trim()) >= 3
      retries: 5
      delay: 100ms
      tags: [never, tries]
  handlers:
    - name: Say so
      command: { check: 'test -e /root/said', run: 'touch /root/said', undo: 'rm /root/said' }
`;
const INCLUDED = `
inputs: { file: { type: string, pattern: "[a-z0-9-]+" } }
steps:
  - name: Leave a file
    command: { check: 'test -e "/root/$1"', run: 'touch "/root/$1"', undo: 'rm "/root/$1"', args: ["{{ file }}"] }
`;
/** Who works is seen by the programs of steps. */
const SUDO = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nWORKS_AS=root exec "$@"\n';

describe.skipIf(reason)('the language on simulated hosts', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await bootFleet(HOSTS.map((name) => ({ name, personality: personality('debian-20.10-overlay2') })));
    writeFileSync(join(fleet.directory, 'play.yaml'), PLAYBOOK);
    writeFileSync(join(fleet.directory, 'leave.yaml'), INCLUDED);
    for (const name of HOSTS)
      await on(name, `printf '%s' '${SUDO}' > /usr/local/bin/sudo && chmod 755 /usr/local/bin/sudo`);
  });
  afterAll(() => fleet.close());
  beforeEach(async () => {
    for (const name of HOSTS) await on(name, 'rm -rf /root/*');
    await on('h2', 'touch /root/fragile');
  });

  const on = (name: string, command: string): Promise<string> => fleet.host(name).tell(command);

  const unwedge = (...args: readonly string[]) =>
    call([...args, '--state-dir', join(fleet.directory, 'state'), '--output', 'json']);
  const run = (...args: readonly string[]) =>
    unwedge('run', join(fleet.directory, 'play.yaml'), '-i', fleet.inventory, ...args);

  const ofType = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) =>
    events.filter((event): event is EventOf<Type> => event.type === type);
  const files = async (): Promise<Record<string, string>> => {
    const found = HOSTS.map(async (name) => [name, await on(name, 'cd /root; echo *')] as const);
    return Object.fromEntries(await Promise.all(found));
  };
  const BEFORE = { h1: '*', h2: 'fragile', h3: '*' };

  test('a dry run changes nothing; a run makes what it foretold, where nothing fails; a rollback takes all of it back', async () => {
    await on('h2', 'rm /root/fragile');
    const check = await run('--check', '-e', 'ticket=OPS-7');
    expect({ code: check.code, stderr: check.stderr }).toEqual({ code: 0, stderr: '' });
    expect(await files()).toEqual({ ...BEFORE, h2: '*' });

    const done = await run('-e', 'ticket=OPS-7');
    expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 0, stderr: '' });
    expect(await files()).toEqual({
      h1: 'all ended login once one risked-2 risky root said two',
      h2: 'all ended login one risked-2 risky root said two',
      h3: 'all ended login one risked-2 risky root said',
    });
    for (const host of HOSTS) {
      const planned = ofType(check.events, 'step.planned').filter((event) => event.host === host);
      const made = ofType(done.events, 'change.applying').filter((event) => event.host === host);
      expect(made.map(({ change }) => change.summary)).toEqual(
        planned.flatMap(({ changes }) => changes.map(({ summary }) => summary)),
      );
    }
    expect(await on('h1', 'cat /root/root /root/login')).toBe('root');

    const id = ofType(done.events, 'run.started')[0]?.run ?? '';
    expect((await unwedge('rollback', id)).code).toBe(0);
    expect(await files()).toEqual({ ...BEFORE, h2: '*' });
  });

  test('a host on which the block fails is rescued, and has not failed', async () => {
    const done = await run('-e', 'ticket=OPS-7', '-e', '{"marks": ["one"]}');
    expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 0, stderr: '' });
    expect(await files()).toMatchObject({
      h1: 'all ended login once one risked-1 risky root said',
      h2: 'all ended fragile login one rescued root said',
    });
    const told = ofType(done.events, 'step.finished').filter(({ tolerated }) => tolerated === 'rescued');
    expect(told).toMatchObject([{ host: 'h2', step: 'Risky', status: 'failed' }]);
  });

  test('tags choose; what is tagged never is tried until it is as wished', async () => {
    const done = await run('-e', 'ticket=OPS-7', '-t', 'tries', '-l', 'h1');
    expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ofType(done.events, 'step.finished').map(({ step }) => step)).toEqual([
      ...['Mark', 'Third time lucky', 'Say so'],
    ]);
    expect(await on('h1', 'wc -l < /root/tries')).toBe('3');
  });

  test.each([
    [['--check'], "the input 'ticket' is not given"],
    [['-e', 'ticket=7'], "-e ticket: the string '7' does not match OPS-[0-9]+"],
    [['-e', 'ticket=OPS-7', '-t', 'mark'], "did you mean 'marks'?"],
    [['-e', 'ticket=OPS-7', '--start-at-step', 'Fro all'], "did you mean 'For all'?"],
    [['-e', 'ticket=OPS-7', '--start-at-step', 'For all'], "'did' is not set: step 'Once' in line"],
    [['-e', 'ticket=OPS-7', '--step'], '--step asks before each step, and this is no terminal'],
  ])('%j is refused before any host is touched', async (args, why) => {
    const refused = await run(...args);
    expect(refused.code).toBe(1);
    expect(refused.events).toEqual([]);
    expect(refused.stderr).toContain(why);
    expect(await files()).toEqual(BEFORE);
  });
});
