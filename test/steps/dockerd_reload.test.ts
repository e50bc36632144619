import { describe, expect, test } from 'vitest';
import { dockerdReload } from '../../src/steps/dockerd_reload/step.ts';
import { daemonAnswers } from '../docker/world.ts';
import { type Answer, fakeHost } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const config = '/etc/docker/daemon.json';
const args = { config, wait: 30 };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const file = (text: string) => `file\t644\t0\t0\t${base64(text)}\ndirectory\n`;
const dockerd = (live: string, ...more: readonly string[]) =>
  ['pid\t52\t4711', 'program\t/usr/sbin/dockerd', ...(live ? [`live_restore\t${live}`] : []), ...more, ''].join('\n');
const answers = (text: string | undefined, live: string, daemon = {}, more: readonly string[] = []) => ({
  'files/probe.sh': text === undefined ? 'absent\n' : file(text),
  'docker/dockerd.sh': dockerd(live, ...more),
  ...daemonAnswers(daemon),
});
const [on, off] = ['on', 'off'].map((to) => `have dockerd read ${config} again: live-restore goes ${to}`);
const written = (text: string) =>
  pendingChange(`file ${config}`, { data: { path: config, after: ['644', '0', '0', base64(text)] } });

describe('dockerd_reload', () => {
  planCases(dockerdReload, [
    { name: 'has it turned on', args, answers: answers('{"live-restore": true}', 'false'), changes: [String(on)] },
    { name: 'has it turned off', args, answers: answers('{"live-restore": false}', 'true'), changes: [String(off)] },
    { name: 'is ok where it is as the file says', args, answers: answers('{"live-restore": true}', 'true') },
    {
      name: 'is ok where the file says nothing: dockerd would take nothing back',
      args,
      answers: answers('{"debug": true}', 'true'),
    },
    { name: 'is ok without a file', args, answers: answers(undefined, 'true') },
    { name: 'is ok with an empty file', args, answers: answers(' \n', 'true') },
    {
      name: 'foresees what an earlier step writes',
      args,
      answers: answers(undefined, 'false'),
      pending: [written('{"live-restore": true}')],
      changes: [String(on)],
    },
    {
      name: 'foresees that a restart takes it as well',
      args,
      answers: answers(undefined, 'false'),
      pending: [written('{"live-restore": true}'), pendingChange('unit docker.service')],
    },
    {
      name: 'but not a restart before it is written',
      args,
      answers: answers(undefined, 'false'),
      pending: [pendingChange('unit docker.service'), written('{"live-restore": true}')],
      changes: [String(on)],
    },
    {
      name: 'is refused where the file is not valid: dockerd would keep what it has',
      args,
      answers: answers('{"live-restore": tru}', 'false'),
      refusal: `${config} is not valid: expected a value, found "t" (line 1, column 18)`,
    },
    {
      name: 'is refused with MountFlags=slave',
      args,
      answers: answers('{"live-restore": true}', 'false', { mountFlags: 'slave' }),
      refusal: /^dockerd runs in a mount namespace of its own \(MountFlags=slave\)/,
    },
    {
      name: 'is refused in a swarm',
      args,
      answers: answers('{"live-restore": true}', 'false', {}, ['swarm\tactive']),
      refusal: /^this host belongs to a swarm/,
    },
    {
      name: 'turns it off also there',
      args,
      answers: answers('{"live-restore": false}', 'true', { mountFlags: 'slave' }),
      changes: [String(off)],
    },
    {
      name: 'has nothing to reload where dockerd does not run',
      args,
      answers: {
        'files/probe.sh': file('{"live-restore": true}'),
        'docker/dockerd.sh': 'program\t/usr/sbin/dockerd\n',
      },
      notes: [`dockerd does not run: it reads ${config} when it starts`],
    },
    {
      name: 'is refused where the daemon does not tell',
      args,
      answers: answers('{"live-restore": true}', ''),
      refusal: 'the Docker daemon does not tell whether live-restore is on',
    },
  ]);

  /** A host whose file and daemon change as the scripts say. */
  function reloading(before: string | undefined, live: string, reload: Answer = ''): ReturnType<typeof fakeHost> {
    const state: Record<string, Answer> = {
      ...answers(before, live),
      'files/apply.sh': '',
      'files/undo.sh': '',
      'steps/dockerd_reload/apply.sh': reload,
    };
    return fakeHost(state);
  }
  const change = {
    resource: 'dockerd configuration',
    summary: String(on),
    before: false,
    after: true,
    risk: 'none',
    data: { config, wait: '30', todo: 'look at it' },
  } as const;
  const did = (host: { asked: string[][] }) => host.asked.filter(([script]) => !/probe|dockerd\.sh/.test(script ?? ''));

  test('signals the process that it has looked at, and waits for the value', async () => {
    const host = reloading('{"live-restore": true}', 'false');
    await dockerdReload.apply(host, change);
    expect(did(host)).toEqual([['steps/dockerd_reload/apply.sh', '52', '4711', 'true', '30']]);
  });

  test('taking back: the script is told what to say where the file says nothing', () => {
    const { undo } = dockerdReload;
    expect(undo.kind === 'repeat' && undo.call(change)).toMatchObject({
      script: { path: 'steps/dockerd_reload/apply-back.sh' },
      args: [config, 'false', '30'],
    });
  });
});
