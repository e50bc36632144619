import { describe } from 'vitest';
import { stepTypes } from '../../src/steps/index.ts';
import { assist, daemonAnswers, dead, id, inAssist, mountsOutput, running } from '../docker/world.ts';
import { type Sample, stepContract } from './step-contract.ts';

const docker = (mounts: string): Sample['answers'] => ({
  ...daemonAnswers({ containers: [dead('victim'), running('assist', 389)] }),
  'docker/mounts.sh': mounts,
  'docker/users.sh': '',
});
const held = docker(mountsOutput([inAssist('victim')], assist));
const free = docker(mountsOutput([]));
const quiet = { 'docker/survey.sh': '', 'docker/kept.sh': '' };
const unitRows = 'unit\tLoadState=loaded\nunit\tActiveState=active\nstarted\t1000.50\n';
const settings = { Service: { MountFlags: 'slave' } };
const command = { check: 'test -e "$1"', run: 'touch "$1"', undo: 'rm "$1"', args: ['/x'] };

const samples: Record<string, readonly Sample[]> = {
  scan: [
    { args: {}, answers: { ...held, ...quiet } },
    { args: {}, answers: { ...free, ...quiet } },
  ],
  umount: [
    { args: { namespaces: ['holders'], lazy: false }, answers: held },
    { args: { namespaces: ['host'], lazy: false }, answers: held },
  ],
  restart_holders: ['false', 'true'].map((autoRemove) => ({
    args: { kinds: ['container'], never: [], timeout: 90 },
    answers: {
      ...held,
      'steps/restart_holders/probe.sh': `container\t${id('assist')}\t389\tfalse\t${autoRemove}\tnull\t{}\n`,
    },
  })),
  rm_dead: [
    { args: {}, answers: free },
    { args: {}, answers: held },
  ],
  dropin: ['absent\n', `file\t600\t7\t8\t${Buffer.from('[Service]\n').toString('base64')}\ndirectory\n`].map(
    (file) => ({
      args: { unit: 'docker.service', name: '10-unwedge', settings },
      answers: { 'files/probe.sh': file, 'steps/dropin/probe.sh': '', ...daemonAnswers() },
    }),
  ),
  sysctl: ['value\t0', 'absent'].map((value) => ({
    args: { name: 'fs.may_detach_mounts', value: 1, persist: true, missing: 'ignore' },
    answers: { 'steps/sysctl/probe.sh': `kernel\t3.10.0\n${value}\n`, 'files/probe.sh': 'absent\n' },
  })),
  daemon_json: ['absent\n', `file\t600\t7\t8\t${Buffer.from('{"debug": true}').toString('base64')}\ndirectory\n`].map(
    (file) => ({
      args: { path: '/etc/docker/daemon.json', merge: { 'live-restore': true } },
      answers: {
        'files/probe.sh': file,
        'docker/dockerd.sh': 'program\t/usr/sbin/dockerd\n',
        'docker/unknown-options.sh': '',
        'docker/validate-config.sh': '',
        ...daemonAnswers(),
      },
    }),
  ),
  dockerd_reload: ['true', 'false'].map((live) => ({
    args: { config: '/etc/docker/daemon.json', wait: 30 },
    answers: {
      'files/probe.sh': `file\t644\t0\t0\t${Buffer.from('{"live-restore": true}').toString('base64')}\ndirectory\n`,
      'docker/dockerd.sh': `pid\t52\t4711\nlive_restore\t${live}\n`,
      ...daemonAnswers(),
    },
  })),
  daemon_reload: ['yes', 'no'].map((word) => ({
    args: { unit: 'docker.service' },
    answers: { 'steps/daemon_reload/probe.sh': `NeedDaemonReload=${word}\n` },
  })),
  restart: ['1000.00', '2000.00'].map((at) => ({
    args: { unit: 'docker.service', config: [], force: false, wait: 60 },
    answers: {
      'steps/restart/probe.sh': `${unitRows}changed\t${at}\t/etc/x.conf\n`,
      'docker/dockerd.sh': 'pid\t52\t4711\nprogram\t/usr/sbin/dockerd\n',
    },
  })),
  orphans: [true, false].map((remove) => ({
    args: { remove },
    answers: {
      ...daemonAnswers(),
      'steps/orphans/probe.sh': `started\t2000\ndirectory\t${id('lost')}\tno\nchanged\t${id('lost')}\t1\ntree\t${id('lost')}\t700\t0\t0\t.\n`,
    },
  })),
  reboot: [true, false].map((allow) => ({
    args: { allow, only_if_stuck: true, timeout: 60, together: false },
    answers: { ...held, 'steps/reboot/probe.sh': 'boot\t11\nenabled\tdocker.service\n' },
  })),
  assert: [true, false].map((that) => ({ args: { that, message: 'no' }, answers: {} })),
  command: [
    { args: command, answers: { 'steps/command/probe.sh': 'said\n' } },
    { args: { run: 'touch /x', args: [] }, answers: {} },
  ],
};

describe('the step contract', () =>
  stepContract(stepTypes, { steps: new URL('../../src/steps/', import.meta.url), samples }));
