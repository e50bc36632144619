import { describe, expect, test } from 'vitest';
import { daemonJson } from '../../src/steps/daemon_json/step.ts';
import { daemonAnswers } from '../docker/world.ts';
import { type Answer, fakeHost } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const path = '/etc/docker/daemon.json';
const OVERRIDE = '/etc/systemd/system/docker.service.d/override.conf';
const args = { path, merge: { 'live-restore': true } };
const file = (text: string | Buffer) => `file\t600\t7\t8\t${Buffer.from(text).toString('base64')}\ndirectory\n`;
const old = file('{\n  "debug": true\n}\n');

interface Host {
  readonly dockerd?: readonly string[];
  readonly daemon?: Parameters<typeof daemonAnswers>[0];
  readonly unknown?: string;
  readonly validation?: Answer;
}
const answers = (probe: string, { dockerd = [], daemon = {}, unknown = '', validation = '' }: Host = {}) => ({
  'files/probe.sh': probe,
  'docker/dockerd.sh': [
    'pid\t52\t4711',
    'program\t/usr/sbin/dockerd',
    ...dockerd,
    ...(dockerd.some((row) => row.startsWith('live_restore')) ? [] : ['live_restore\tfalse']),
    '',
  ].join('\n'),
  'docker/unknown-options.sh': unknown,
  'docker/validate-config.sh': validation,
  ...daemonAnswers(daemon),
});

describe('daemon_json', () => {
  planCases(daemonJson, [
    { name: 'merges into what is there', args, answers: answers(old), changes: [`change ${path}`], output: { path } },
    { name: 'writes what is not there', args, answers: answers('absent\n'), changes: [`write ${path}`] },
    {
      name: 'is ok where the file says so, and looks no further',
      args,
      answers: { 'files/probe.sh': file('{"live-restore":  true}') },
    },
    {
      name: 'is ok where there is no file to take an option out of',
      args: { path, merge: { 'live-restore': null } },
      answers: { 'files/probe.sh': 'absent\n' },
    },
    {
      name: 'asks docker nothing where another option is concerned, and writes also where the daemon is down',
      args: { path, merge: { debug: false } },
      answers: {
        'files/probe.sh': old,
        'docker/dockerd.sh': 'program\t/usr/bin/dockerd\n',
        'docker/unknown-options.sh': '',
        'docker/validate-config.sh': '',
      },
      changes: [`change ${path}`],
    },
    {
      name: 'is refused where the file is not valid, with the place',
      args,
      answers: answers(file('{\n  "debug": true\n  "x": 1\n}')),
      refusal: `${path} is not valid: expected ',' or '}', found "\\"" (line 3, column 3)`,
    },
    {
      name: 'is refused where the file is a list',
      args,
      answers: answers(file('[]')),
      refusal: `${path} is not valid: not a JSON object`,
    },
    {
      name: 'is refused where the file is not UTF-8: its bytes could not be kept',
      args,
      answers: answers(file(Buffer.from([0x7b, 0xff, 0x7d]))),
      refusal: `${path} is not valid: not UTF-8`,
    },
    {
      name: 'refuses to write through a symbolic link',
      args,
      answers: answers('odd\tsymbolic link\ndirectory\n'),
      refusal: `${path} is a symbolic link, not a plain file`,
    },
    {
      name: 'is refused where it could not be written',
      args,
      answers: answers(`${old}closed\t${path} is immutable\n`),
      refusal: `${path} could not be written: ${path} is immutable`,
    },
    {
      name: 'is refused with MountFlags=slave',
      args,
      answers: answers(old, { daemon: { mountFlags: 'slave' } }),
      refusal: /^dockerd runs in a mount namespace of its own \(MountFlags=slave\)/,
    },
    {
      name: 'is refused where dockerd has its own namespace for whatever reason',
      args,
      answers: answers(old, { daemon: { dockerdNamespace: '3000' } }),
      refusal: /^dockerd runs in a mount namespace of its own, and gets a new one at each start/,
    },
    {
      name: 'is refused where an earlier step would give dockerd its own namespace',
      args,
      answers: answers(old),
      pending: [
        pendingChange('file /etc/systemd/system/docker.service.d/10-unwedge.conf', {
          diff: { path: '', before: '', after: '[Service]\nMountFlags=slave\n' },
        }),
        pendingChange('unit docker.service'),
      ],
      refusal: /^dockerd runs in a mount namespace of its own/,
    },
    ...['active', 'pending', 'locked', 'error'].map((state) => ({
      name: `is refused in a swarm (${state})`,
      args,
      answers: answers(old, { dockerd: [`swarm\t${state}`] }),
      refusal: `this host belongs to a swarm (${state}): dockerd does not start with live-restore there`,
    })),
    {
      name: 'is not refused outside of a swarm',
      args,
      answers: answers(old, { dockerd: ['swarm\tinactive'] }),
      changes: [`change ${path}`],
    },
    {
      name: 'minds neither where another option is concerned',
      args: { path, merge: { debug: false } },
      answers: answers(old, { dockerd: ['swarm\tactive'], daemon: { mountFlags: 'slave' } }),
      changes: [`change ${path}`],
    },
    {
      name: 'is ok where dockerd has the flag already: both would keep it from starting',
      args,
      answers: answers(old, { dockerd: ['argument\t--live-restore', 'live_restore\ttrue'] }),
      notes: ['dockerd has --live-restore among its flags already'],
    },
    ...[
      ['-g', 'data-root'],
      ['-b', 'bridge'],
      ['-p', 'pidfile'],
      ['--cdi-spec-dir=/etc/cdi', 'cdi-spec-dirs'],
      ['--default-network-opt', 'default-network-opts'],
      ['--storage-opt=dm.fs=xfs', 'storage-opts'],
      ['--insecure-registry', 'insecure-registries'],
    ].map(([flag = '', option = '']) => ({
      name: `is refused where dockerd has that option as a flag (${flag})`,
      args: { path, merge: { [option]: 'x' } },
      answers: answers(old, { dockerd: [`argument\t${flag}`, 'argument\tx'] }),
      refusal: `dockerd would not start with it: ${path} sets what dockerd is also given as a flag: ${option}`,
    })),
    ...[
      ['log-opts', { 'max-file': 3 }, 'log-opts: max-file must be a string'],
      ['live-restore', 'true', 'live-restore must be true or false'],
      ['max-concurrent-downloads', '10', 'max-concurrent-downloads must be a whole number'],
      ['shutdown-timeout', 1.5, 'shutdown-timeout must be a whole number'],
      ['hosts', 'fd://', 'hosts must be a list of strings'],
      ['dns', ['1.1.1.1', 8], 'dns must be a list of strings'],
      ['bip', 7, 'bip must be a string'],
      ['log-opts', [], 'log-opts must be a map of strings'],
    ].map(([key, value, problem]) => ({
      name: `is refused where dockerd before 23.0 could not read the value: ${problem}`,
      args: { path, merge: { [String(key)]: value ?? null } },
      answers: answers(old, { dockerd: ['version\t20.10.24'] }),
      refusal: `dockerd would not start with it: ${path} is not valid: ${problem}`,
    })),
    {
      name: 'leaves the values to dockerd’s own check since 23.0',
      args: { path, merge: { 'log-opts': { 'max-file': 3 } } },
      answers: answers(old, { dockerd: ['version\t26.1.5'] }),
      changes: [`change ${path}`],
    },
    {
      name: 'says that a rollback removes an empty file, with which a dockerd before 23.0 does not start',
      args: { path, merge: { debug: true } },
      answers: answers(file(' \n'), { dockerd: ['version\t20.10.24'] }),
      changes: [`change ${path}`],
      notes: [`${path} is empty, and this dockerd does not start with an empty file: a rollback removes it`],
    },
    {
      name: 'names the byte order mark of an editor on Windows',
      args,
      answers: answers(file(Buffer.from('\ufeff{}', 'utf16le'))),
      refusal: `${path} is not valid: it begins with a byte order mark (UTF-16LE); save it as UTF-8 without one`,
    },
    ...[
      {
        name: 'takes an option that an earlier step takes out of the unit',
        exec: 'ExecStart=\nExecStart=/usr/sbin/dockerd',
        changes: [`change ${path}`],
      },
      {
        name: 'is refused where an earlier step makes it a flag',
        exec: 'ExecStart=\nExecStart=/usr/sbin/dockerd --debug --host fd://',
        refusal: `dockerd would not start with it: ${path} sets what dockerd is also given as a flag: hosts`,
      },
    ].map(({ exec, ...expected }) => ({
      ...expected,
      args: { path, merge: { hosts: ['fd://'] } },
      answers: answers(file('{}'), {
        dockerd: [
          ...['argument\t-H', 'argument\tfd://', 'unit\tdocker.service', 'exec\t/usr/sbin/dockerd -H fd://'],
          `unit_file\t/lib/systemd/system/docker.service\t${Buffer.from('[Service]\nExecStart=/usr/sbin/dockerd -H fd://\n').toString('base64')}`,
        ],
      }),
      pending: [
        pendingChange(`file ${OVERRIDE}`, { diff: { path: OVERRIDE, before: '', after: `[Service]\n${exec}\n` } }),
        pendingChange('systemd docker.service'),
      ],
    })),
    {
      name: 'goes by the unit that is loaded, not by the words of the process',
      args: { path, merge: { debug: false } },
      answers: answers(old, {
        dockerd: ['argument\t--debug', 'unit\tdocker.service', 'exec\t/usr/sbin/dockerd -H fd://'],
      }),
      changes: [`change ${path}`],
    },
    {
      name: 'takes for a variable of the unit what the process has of it',
      args: { path, merge: { debug: false } },
      answers: answers(old, {
        dockerd: ['argument\t--debug', 'unit\tdocker.service', 'exec\t/usr/sbin/dockerd $DOCKER_OPTS'],
      }),
      refusal: `dockerd would not start with it: ${path} sets what dockerd is also given as a flag: debug`,
    },
    {
      name: 'is refused where dockerd does not know the option',
      args: { path, merge: { debgu: true } },
      answers: answers(old, { unknown: 'debgu\n' }),
      refusal: `dockerd would not start with it: ${path} has an option that /usr/sbin/dockerd does not know: debgu`,
    },
    {
      name: 'is refused where dockerd is too old to read a file',
      args,
      answers: answers('absent\n', { unknown: 'config-file\nlive-restore\n' }),
      refusal: `dockerd would not start with it: /usr/sbin/dockerd is older than docker 1.10: it reads no ${path}`,
    },
    {
      name: 'is refused in the words of a dockerd that says it would not start',
      args,
      answers: answers(old, { validation: { code: 1, stderr: 'unable to configure with file /dev/stdin: reason\n' } }),
      refusal: `dockerd would not start with it: dockerd refuses ${path}: unable to configure with file ${path}: reason`,
    },
    ...[['argument\t--config-file=/srv/d.json'], ['argument\t--config-file', 'argument\t/srv/d.json']].map(
      (dockerd) => ({
        name: `is refused where dockerd reads another file (${dockerd.length} words)`,
        args,
        answers: answers(old, { dockerd }),
        refusal: `dockerd reads /srv/d.json, not ${path} (--config-file)`,
      }),
    ),
    {
      name: 'foresees what an earlier step would write',
      args,
      answers: answers(old),
      pending: [
        pendingChange(`file ${path}`, {
          data: { path, after: ['600', '7', '8', Buffer.from('{"live-restore": true}').toString('base64')] },
        }),
      ],
    },
  ]);

  test('the new file is validated as it would be written, and the diff shows it', async () => {
    const host = fakeHost(answers(old, { dockerd: ['swarm\tinactive'] }));
    const facts = await daemonJson.probe(host, args);
    const text = '{\n  "debug": true,\n  "live-restore": true\n}\n';
    expect(host.asked).toContainEqual([
      'docker/validate-config.sh',
      '/usr/sbin/dockerd',
      Buffer.from(text).toString('base64'),
    ]);
    const [change] = daemonJson.plan(args, facts, { pending: [], done: [] }).changes;
    expect(change?.diff).toEqual({ path, before: '{\n  "debug": true\n}\n', after: text });
    expect(change?.data.after.slice(0, 3)).toEqual(['600', '7', '8']);
  });

  test('undo removes a file that was empty, and restores any other', async () => {
    const undoOf = async (before: string, version: string) => {
      const host = fakeHost(answers(file(before), { dockerd: [`version\t${version}`] }));
      const given = { path, merge: { debug: false } };
      const { changes } = daemonJson.plan(given, await daemonJson.probe(host, given), { pending: [], done: [] });
      const [change] = changes;
      if (!change || daemonJson.undo.kind !== 'reverse') throw new Error('no change with an undo');
      return daemonJson.undo.call(change).args.slice(-4);
    };
    expect(await undoOf('', '20.10.24')).toEqual(['absent', '', '', '']);
    expect(await undoOf('', '26.1.5')).toEqual(['600', '7', '8', '']);
    expect(await undoOf('{}', '20.10.24')).toEqual(['600', '7', '8', Buffer.from('{}').toString('base64')]);
  });
});
