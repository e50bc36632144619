import { describe } from 'vitest';
import { scan } from '../../src/steps/scan/step.ts';
import { assist, daemonAnswers, dead, id, inAssist, mountsOutput, running } from '../docker/world.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const script = { daemon: 'docker/daemon.sh', containers: 'docker/containers.sh', mounts: 'docker/mounts.sh' };

describe('scan', () => {
  planCases(scan, [
    {
      name: 'a healthy host: nothing to tell, mounts are not even read',
      args: {},
      answers: { ...daemonAnswers({ containers: [running('web', 9)] }) },
      notes: [],
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
      args: {},
      answers: {
        ...daemonAnswers({ containers: [dead('victim'), running('assist', 389)] }),
        [script.mounts]: mountsOutput([inAssist('victim')], assist),
      },
      notes: [
        `victim (${id('victim').slice(0, 12)}) is held by container assist (${id('assist').slice(0, 12)}, pid 389)`,
      ],
      output: { dead: 1, pinned: 1, removable: 0, other_cause: 0 },
    },
    {
      name: 'a mount that an earlier step will have unmounted holds no more',
      args: {},
      answers: {
        ...daemonAnswers({ containers: [dead('victim'), running('assist', 389)] }),
        [script.mounts]: mountsOutput([inAssist('victim')], assist),
      },
      pending: [pendingChange(`mount mnt:[2000] 200 ${inAssist('victim').mountpoint}`)],
      output: { dead: 1, pinned: 0, removable: 1, holders: [] },
    },
    {
      name: 'a container that an earlier step will have removed is gone',
      args: {},
      answers: { ...daemonAnswers({ containers: [dead('victim')] }), [script.mounts]: mountsOutput([]) },
      pending: [pendingChange(`container ${id('victim')}`)],
      output: { dead: 0, summary: 'no container is stuck' },
    },
    {
      name: 'another cause than a busy mount is told apart',
      args: {},
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
      args: {},
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
      args: {},
      answers: {
        ...daemonAnswers({ containers: [dead('going', { status: 'removing' })] }),
        [script.mounts]: mountsOutput([]),
      },
      output: { dead: 0, being_removed: 1 },
    },
    {
      name: 'no docker here',
      args: {},
      answers: { [script.daemon]: { code: 3, stderr: 'no docker' } },
      fails: /no docker program/,
    },
    {
      name: 'a daemon that does not answer',
      args: {},
      answers: { [script.daemon]: { code: 4, stderr: 'Cannot connect' } },
      fails: /does not answer: Cannot connect/,
    },
    {
      name: 'a look that was cut off decides nothing',
      args: {},
      answers: { [script.daemon]: { stdout: daemonAnswers()['docker/daemon.sh'], truncated: true } },
      fails: /too long/,
    },
    {
      name: 'a look without a root directory decides nothing',
      args: {},
      answers: { ...daemonAnswers(), [script.containers]: 'daemon\t20.10\t\toverlay2\tfalse\n' },
      fails: /incomplete/,
    },
  ]);
});
