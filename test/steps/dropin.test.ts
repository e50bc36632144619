import { describe, expect, test } from 'vitest';
import { dropin } from '../../src/steps/dropin/step.ts';
import { fileText } from '../../src/steps/dropin/unit-file.ts';
import { daemonAnswers, running } from '../docker/world.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const path = '/etc/systemd/system/docker.service.d/10-unwedge.conf';
const settings = { Service: { MountFlags: 'slave' } };
const args = { unit: 'docker.service', name: '10-unwedge', settings };
const file = (text: string) => `file\t600\t7\t8\t${Buffer.from(text).toString('base64')}\ndirectory\n`;
const answers = (probe: string, daemon = {}, later = '') => ({
  'files/probe.sh': probe,
  'steps/dropin/probe.sh': later,
  ...daemonAnswers(daemon),
});
/** As systemctl's silence leaves it on a host of OpenRC or sysvinit. */
const withoutUnit = (all: ReturnType<typeof answers>) => ({
  ...all,
  'docker/daemon.sh': all['docker/daemon.sh'].replace(/^unit\t.*\n/gm, ''),
});

describe('dropin', () => {
  planCases(dropin, [
    {
      name: 'writes what is not there',
      args,
      answers: answers('absent\n'),
      changes: [`write ${path}`],
      output: { path },
    },
    { name: 'changes what differs', args, answers: answers(file('[Service]\n')), changes: [`change ${path}`] },
    { name: 'is ok where the bytes are the same', args, answers: answers(file(fileText(settings))) },
    {
      name: 'is ok where the unit has the flag already',
      args,
      answers: answers('absent\n', { mountFlags: 'slave' }),
      notes: ['docker.service has MountFlags=slave already'],
    },
    { name: "knows systemd 219's number for it", args, answers: answers('absent\n', { mountFlags: '524288' }) },
    {
      name: 'does not take private for slave',
      args,
      answers: answers('absent\n', { mountFlags: 'private' }),
      changes: [`write ${path}`],
    },
    {
      name: 'is refused where another unit, or somebody by hand, has started the daemon',
      args,
      answers: answers('absent\n', { mainPid: 0 }),
      refusal: /^the Docker daemon \(pid 52\) was not started by docker.service/,
    },
    {
      name: 'is refused on a host without systemd, in words that do not send anybody to systemctl',
      args,
      answers: withoutUnit(answers('absent\n', {})),
      refusal: /^this host does not run systemd/,
    },
    ...['masked', 'not-found'].map((loadState) => ({
      name: `is refused where docker.service is ${loadState}`,
      args,
      answers: answers('absent\n', { loadState }),
      refusal: new RegExp(`^docker.service is ${loadState} here`),
    })),
    {
      name: 'is refused with live-restore',
      args,
      answers: answers('absent\n', { liveRestore: true }),
      refusal: /^live-restore is on/,
    },
    {
      name: 'is refused where the next start would turn live-restore on',
      args,
      answers: answers('absent\n', { liveRestoreIn: '/etc/docker/daemon.json' }),
      refusal: /^live-restore is on \(\/etc\/docker\/daemon.json\): /,
    },
    {
      name: 'is refused where an earlier step would turn live-restore on',
      args,
      answers: answers('absent\n'),
      pending: [
        pendingChange('file /etc/docker/daemon.json', {
          diff: { path: '/etc/docker/daemon.json', before: '', after: '{"live-restore": true}' },
        }),
      ],
      refusal: /^live-restore is on \(\/etc\/docker\/daemon.json\): /,
    },
    {
      name: 'is refused where containerd is a service of its own',
      args,
      answers: answers('absent\n', { containerd: 'separate' }),
      refusal: /^containerd is a service of its own/,
    },
    ...[
      [
        ['own', '60'],
        ['flag', '--containerd=/run/containerd/containerd.sock'],
      ],
      [['process', '70'], ['service']],
      [['service'], ['default']],
      [['service']],
    ].map((containerd) => ({
      name: `is refused by any sign of that: ${containerd.flat().join(' ')}`,
      args,
      answers: answers('absent\n', { containerd }),
      refusal: /^containerd is a service of its own/,
    })),
    {
      name: 'is refused where the next start of dockerd would use containerd.service',
      args,
      answers: answers('absent\n', { containerd: [['own', '60'], ['service'], ['default']] }),
      refusal: /^dockerd runs a containerd of its own now, but containerd.service/,
    },
    {
      name: 'is not refused for that service before docker 18.09, which has its own whatever is there',
      args,
      answers: answers('absent\n', { version: '17.12.1', containerd: [['own', '60'], ['service'], ['default']] }),
      changes: [`write ${path}`],
    },
    {
      name: 'is refused where no containerd is seen at all',
      args,
      answers: answers('absent\n', { containerd: [] }),
      refusal: /^it is not known which containerd dockerd uses/,
    },
    {
      name: 'is not refused for that before docker 1.11, which has none',
      args,
      answers: answers('absent\n', { version: '1.10.3', containerd: [] }),
      changes: [`write ${path}`],
    },
    {
      name: 'takes a daemon whose shell the unit has started for the unit’s own',
      args,
      answers: answers('absent\n', { mainPid: 51, parent: 51 }),
      changes: [`write ${path}`],
    },
    {
      name: 'is refused on a Kubernetes node',
      args,
      answers: answers('absent\n', { kubernetes: 'kubelet runs, pid 9' }),
      refusal: /^this is a Kubernetes node \(kubelet runs, pid 9\)/,
    },
    {
      name: 'is refused where a container shares volumes',
      args,
      answers: answers('absent\n', {
        containers: [running('csi', 9, { binds: [{ source: '/x', destination: '/y', propagation: 'rshared' }] })],
      }),
      refusal: /^container csi uses a volume with shared propagation/,
    },
    {
      name: 'is refused where a file that systemd reads later sets it, too: dockerd would be restarted for nothing',
      args,
      answers: answers('absent\ndirectory\n', {}, '/run/systemd/system/docker.service.d/99-x.conf\n'),
      refusal: /^\/run\/systemd\/system\/docker.service.d\/99-x.conf sets MountFlags as well/,
    },
    {
      name: 'refuses to write through a symbolic link',
      args,
      answers: answers('odd\tsymbolic link\ndirectory\n'),
      refusal: `${path} is a symbolic link, not a plain file`,
    },
    {
      name: 'refuses where it could not write',
      args,
      answers: answers('absent\ndirectory\nclosed\t/etc is immutable\n'),
      refusal: `${path} could not be written: /etc is immutable`,
    },
    {
      name: "asks docker nothing for another unit's settings",
      args: { unit: 'ntpd.service', name: 'x', settings: { Service: { PrivateTmp: false } } },
      answers: { 'files/probe.sh': 'absent\n' },
      changes: ['write /etc/systemd/system/ntpd.service.d/x.conf'],
    },
  ]);

  test('a value cannot smuggle in a setting of its own', () => {
    expect(fileText({ Service: { Environment: 'A=1\nExecStartPre=/bin/evil' } })).not.toMatch(/^ExecStartPre/m);
  });
});
