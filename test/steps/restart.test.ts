import { describe } from 'vitest';
import { restart } from '../../src/steps/restart/step.ts';
import type { Answer } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const args = { unit: 'docker.service', config: ['/etc/docker/daemon.json'], force: false, wait: 60 };
const dropin = '/etc/systemd/system/docker.service.d/10-unwedge.conf';
const rows = (...lines: string[]) =>
  [
    'unit\tLoadState=loaded',
    'unit\tActiveState=active',
    'unit\tMainPID=52',
    'started\t1000.50',
    ...(lines.some((line) => line.startsWith('live_restore')) ? [] : ['live_restore\tfalse']),
    ...lines,
    '',
  ].join('\n');
const config = (text: string) => `config\t/etc/docker/daemon.json\t${Buffer.from(text).toString('base64')}`;
const answers = (probe: string, unknown = '', validation: Answer = '', version = '26.1.5') => ({
  'steps/restart/probe.sh': probe,
  'docker/dockerd.sh': `pid\t52\t4711\nprogram\t/usr/sbin/dockerd\nversion\t${version}\n`,
  'docker/unknown-options.sh': unknown,
  'docker/validate-config.sh': validation,
});

describe('restart', () => {
  planCases(restart, [
    {
      name: 'is ok where its files are older than its process',
      args,
      answers: answers(rows(`changed\t1000.49\t${dropin}`)),
    },
    {
      name: 'restarts where a file is newer',
      args,
      answers: answers(rows(`changed\t1000.51\t${dropin}`)),
      changes: [`restart docker.service (${dropin} is newer than its process): no container runs`],
      stops: [undefined],
    },
    {
      name: 'predicts that a pending drop-in will be newer',
      args,
      answers: answers(rows()),
      pending: [pendingChange(`file ${dropin}`)],
      changes: [`restart docker.service (${dropin} is newer than its process): no container runs`],
    },
    {
      name: "does not mind another unit's pending drop-in",
      args,
      answers: answers(rows()),
      pending: [pendingChange('file /etc/systemd/system/ntpd.service.d/x.conf')],
    },
    {
      name: 'tells how many containers it stops, and which stay down',
      args,
      answers: answers(rows('running\ta\talways\t/web', 'running\tb\tno\t/once', `changed\t2000.00\t${dropin}`)),
      changes: [
        `restart docker.service (${dropin} is newer than its process): stops 2 running containers; 1 of them has no restart policy and will stay down`,
      ],
      stops: [2],
    },
    {
      name: 'tells that live-restore keeps them up',
      args,
      answers: answers(rows('running\ta\talways\t/web', 'live_restore\ttrue', `changed\t2000.00\t${dropin}`)),
      changes: [
        `restart docker.service (${dropin} is newer than its process): 1 running container stays up (live-restore)`,
      ],
    },
    {
      name: 'starts what does not run',
      args,
      answers: answers('unit\tLoadState=loaded\nunit\tActiveState=failed\nunit\tMainPID=0\n'),
      changes: ['restart docker.service (it is failed): no container runs'],
    },
    {
      name: 'restarts on demand',
      args: { ...args, force: true },
      answers: answers(rows()),
      changes: ['restart docker.service (forced): no container runs'],
    },
    {
      name: 'and is then done',
      args: { ...args, force: true },
      answers: answers(rows()),
      done: [pendingChange('unit docker.service')],
    },
    {
      name: 'refuses a unit that is not there',
      args,
      answers: answers('unit\tLoadState=not-found\nunit\tActiveState=inactive\nunit\tMainPID=0\n'),
      refusal: /it is not-found$/,
    },
    {
      name: 'refuses to start a second daemon beside one that somebody else has started',
      args,
      answers: answers('unit\tLoadState=loaded\nunit\tActiveState=inactive\nunit\tMainPID=0\nlive_restore\tfalse\n'),
      refusal: /second one$/,
    },
    {
      name: 'does not say that no container runs where docker does not answer',
      args,
      answers: answers(
        `unit\tLoadState=loaded\nunit\tActiveState=active\nstarted\t1000.50\nchanged\t2000.00\t${dropin}\n`,
      ),
      changes: [
        `restart docker.service (${dropin} is newer than its process): docker does not answer, how many containers it stops is not known`,
      ],
      stops: ['unknown'],
    },
    {
      name: 'does not say that a container stays down which its policy may bring back',
      args,
      answers: answers(rows('running\ta\ton-failure\t/web', 'running\tb\tno\t/once', `changed\t2000.00\t${dropin}`)),
      changes: [
        `restart docker.service (${dropin} is newer than its process): stops 2 running containers; 1 of them has no restart policy and will stay down; 1 of them restarts on failure only and may stay down`,
      ],
    },
    {
      name: 'refuses to stop a daemon that would not start again: no JSON',
      args,
      answers: answers(rows(config('{ "debug": true'), `changed\t2000.00\t${dropin}`)),
      refusal: /^a restart would fail: \/etc\/docker\/daemon.json is not valid: /,
    },
    ...['', ' \n'].map((text) => ({
      name: `refuses to stop a daemon before 23.0 whose file is empty (${JSON.stringify(text)})`,
      args,
      answers: answers(rows(config(text), `changed\t2000.00\t${dropin}`), '', '', '20.10.24'),
      refusal: /^a restart would fail: .* is not valid: it is empty, and dockerd 20.10.24 does not start/,
    })),
    ...['', 'null', '\ufeff{"debug": true}'].map((text) => ({
      name: `restarts a later one with ${JSON.stringify(text)}`,
      args,
      answers: answers(rows(config(text), `changed\t2000.00\t${dropin}`)),
      changes: [`restart docker.service (${dropin} is newer than its process): no container runs`],
    })),
    {
      name: 'refuses to stop a daemon before 23.0 whose file begins with a byte order mark',
      args,
      answers: answers(rows(config('\ufeff{}'), `changed\t2000.00\t${dropin}`), '', '', '20.10.24'),
      refusal: /^a restart would fail: .* it begins with a byte order mark \(UTF-8\), and dockerd 20.10.24/,
    },
    {
      name: 'refuses to stop a daemon that would not start again: an unknown option',
      args,
      answers: answers(rows(config('{ "debgu": true }'), `changed\t2000.00\t${dropin}`), 'debgu\n'),
      refusal:
        'a restart would fail: /etc/docker/daemon.json has an option that /usr/sbin/dockerd does not know: debgu',
    },
    { name: 'a broken file matters only if there is a restart to do', args, answers: answers(rows(config('{'))) },
    {
      name: 'an empty daemon.json is no error',
      args,
      answers: answers(rows(config(''), `changed\t2000.00\t${dropin}`)),
      changes: [`restart docker.service (${dropin} is newer than its process): no container runs`],
    },
  ]);
});
