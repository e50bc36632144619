import { describe, expect, it } from 'vitest';
import { scan } from '../../src/steps/scan/step.ts';
import { assist, daemonAnswers, dead, id, inAssist, mountsOutput, running } from '../docker/world.ts';
import { fakeHost } from './fake-host.ts';
import { type PlanCase, pendingChange, planCases } from './plan-cases.ts';

const script = { daemon: 'docker/daemon.sh', containers: 'docker/containers.sh', mounts: 'docker/mounts.sh' };

/** Of the kernel that hosts of this world have if nothing else is said. */
const OLD_KERNEL =
  'UW310 kernel 3.10.0-514.el7.x86_64 lets a mount in any namespace block a removal, and cannot do otherwise';

/** Nothing beside what a case says. */
const quiet = { [script.mounts]: mountsOutput([]), 'docker/survey.sh': '', 'docker/kept.sh': '' };

const cases: readonly PlanCase[] = [
  {
    name: 'a healthy host: nothing to tell',
    args: { tell: 'all' },
    answers: { ...daemonAnswers({ containers: [running('web', 9)] }) },
    notes: [],
    findings: [OLD_KERNEL],
    output: {
      dead: 0,
      pinned: 0,
      running: 1,
      docker_root: '/var/lib/docker',
      driver: 'overlay2',
      live_restore: false,
      own_namespace: false,
    },
  },
  {
    name: 'names the container, and who holds it',
    args: { tell: 'all' },
    answers: {
      ...daemonAnswers({ containers: [dead('victim'), running('assist', 389)] }),
      [script.mounts]: mountsOutput([inAssist('victim')], assist),
    },
    notes: [],
    findings: [
      `UW001 victim (${id('victim').slice(0, 12)}) is stuck: container assist (${id('assist').slice(0, 12)}, pid 389) holds …/mounts/shm`,
      OLD_KERNEL,
    ],
    output: { dead: 1, pinned: 1, removable: 0, other_cause: 0 },
  },
  {
    name: 'tells only of what is stuck where that is asked for',
    args: { tell: 'stuck' },
    answers: {
      ...daemonAnswers({ containers: [dead('victim'), running('assist', 389)] }),
      [script.mounts]: mountsOutput([inAssist('victim')], assist),
    },
    findings: [
      `UW001 victim (${id('victim').slice(0, 12)}) is stuck: container assist (${id('assist').slice(0, 12)}, pid 389) holds …/mounts/shm`,
    ],
    output: { dead: 1, pinned: 1 },
  },
  {
    name: 'a mount that an earlier step will have unmounted holds no more',
    args: { tell: 'all' },
    answers: {
      ...daemonAnswers({ containers: [dead('victim'), running('assist', 389)] }),
      [script.mounts]: mountsOutput([inAssist('victim')], assist),
    },
    pending: [pendingChange(`mount mnt:[2000] 200 ${inAssist('victim').mountpoint}`)],
    output: { dead: 1, pinned: 0, removable: 1, holders: [] },
  },
  {
    name: 'the kernel and its switch, as a pending change will have set it',
    args: { tell: 'all' },
    answers: { ...daemonAnswers({ kernel: '3.10.0-1160.el7', mayDetachMounts: '0' }) },
    pending: [pendingChange('sysctl fs.may_detach_mounts', { after: '1' })],
    findings: [],
    output: { kernel: '3.10.0-1160.el7', may_detach_mounts: 'on', findings: [], orphans: 0 },
  },
  {
    name: 'the switch that is off',
    args: { tell: 'all' },
    answers: { ...daemonAnswers({ kernel: '3.10.0-1160.el7', mayDetachMounts: '0' }) },
    output: {
      may_detach_mounts: 'off',
      findings: [expect.objectContaining({ code: 'UW309', severity: 'warning', subject: 'host', data: {} })],
    },
  },
  {
    name: 'a container that an earlier step will have removed is gone',
    args: { tell: 'all' },
    answers: { ...daemonAnswers({ containers: [dead('victim')] }), [script.mounts]: mountsOutput([]) },
    pending: [pendingChange(`container ${id('victim')}`)],
    output: { dead: 0, summary: 'no container is stuck' },
  },
  {
    name: 'another cause than a busy mount is told apart',
    args: { tell: 'all' },
    answers: {
      ...daemonAnswers({
        containers: [
          dead('stone', {
            error: `unable to remove filesystem for ${id('stone')}: unlinkat /var/lib/docker/containers/${id('stone')}/x: operation not permitted`,
          }),
        ],
      }),
      [script.mounts]: mountsOutput([]),
    },
    output: { dead: 1, other_cause: 1, removable: 0 },
  },
  {
    name: 'an error left over from a failed start is no reason against removal',
    args: { tell: 'all' },
    answers: {
      ...daemonAnswers({
        containers: [dead('odd', { error: 'OCI runtime create failed: exec: "x": permission denied' })],
      }),
      [script.mounts]: mountsOutput([]),
    },
    output: { dead: 1, removable: 1, other_cause: 0 },
  },
  {
    name: 'a removal that runs right now is not stuck',
    args: { tell: 'all' },
    answers: {
      ...daemonAnswers({ containers: [dead('going', { status: 'removing' })] }),
      [script.mounts]: mountsOutput([]),
    },
    output: { dead: 0, being_removed: 1 },
  },
  {
    name: 'no docker here',
    args: { tell: 'all' },
    answers: { [script.daemon]: { code: 3, stderr: 'no docker' } },
    fails: /no docker program/,
  },
  {
    name: 'a daemon that does not answer',
    args: { tell: 'all' },
    answers: { [script.daemon]: { code: 4, stderr: 'Cannot connect' } },
    fails: /does not answer: Cannot connect/,
  },
  {
    name: 'podman under the name of docker',
    args: { tell: 'all' },
    answers: { ...daemonAnswers(), [script.containers]: { code: 5, stderr: 'docker is podman here' } },
    fails: /is podman: there is no Docker daemon/,
  },
  {
    name: 'a look that was cut off decides nothing',
    args: { tell: 'all' },
    answers: { [script.daemon]: { stdout: daemonAnswers()['docker/daemon.sh'], truncated: true } },
    fails: /too long/,
  },
  {
    name: 'a look without a root directory decides nothing',
    args: { tell: 'all' },
    answers: { ...daemonAnswers(), [script.containers]: 'daemon\t20.10\t\toverlay2\tfalse\n' },
    fails: /incomplete/,
  },
];

describe('scan', () => {
  planCases(
    scan,
    cases.map((c) => ({ ...c, answers: { ...quiet, ...c.answers } })),
  );
});

describe('the advice where the daemon does not answer', () => {
  const down = { code: 4, stdout: '', stderr: 'Cannot connect', truncated: false };
  const withSystemd = daemonAnswers()['docker/daemon.sh'];
  it.each([
    ['of systemd where the host runs it', withSystemd, 'systemctl status docker; journalctl -u docker'],
    ['without systemctl where it does not', withSystemd.replace(/^unit\t.*\n/gm, ''), 'service docker status'],
  ])('is %s', async (_, around, todo) => {
    const host = fakeHost({ [script.daemon]: around, [script.containers]: down });
    await expect(scan.probe(host, { tell: 'all' })).rejects.toMatchObject({ todo: expect.stringContaining(todo) });
  });
});
