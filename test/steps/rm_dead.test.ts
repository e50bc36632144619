import { describe, expect, test } from 'vitest';
import { rmDead } from '../../src/steps/rm_dead/step.ts';
import { assist, daemonAnswers, dead, id, inAssist, mountsOutput, running } from '../docker/world.ts';
import { fakeHost } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const short = (name: string) => id(name).slice(0, 12);
const answers = (mounts: string, containers = [dead('victim'), running('assist', 389)]) => ({
  ...daemonAnswers({ containers }),
  'docker/mounts.sh': mounts,
});

describe('rm_dead', () => {
  planCases(rmDead, [
    {
      name: 'removes what nothing holds',
      args: {},
      answers: answers(mountsOutput([])),
      changes: [`remove Dead container victim (${short('victim')})`],
      output: { removed: 1, left: 0 },
    },
    {
      name: 'leaves alone what is still held, and says by whom',
      args: {},
      answers: answers(mountsOutput([inAssist('victim')], assist)),
      notes: [`victim (${short('victim')}) is held by container assist (${short('assist')}, pid 389)`],
      output: { removed: 0, left: 1 },
    },
    {
      name: 'predicts the removal that an umount before it makes possible',
      args: {},
      answers: answers(mountsOutput([inAssist('victim')], assist)),
      pending: [pendingChange(`mount mnt:[2000] 200 ${inAssist('victim').mountpoint}`)],
      changes: [`remove Dead container victim (${short('victim')})`],
    },
    {
      name: 'leaves alone what others use, and names them',
      args: {},
      answers: {
        ...answers(mountsOutput([])),
        'docker/users.sh': [
          `use\t${id('victim')}\t3000\t389\tmount /data\t/docker/${id('assist')}\tsleep`,
          `use\t${id('victim')}\t4000\t41\tworking directory /x\t/user.slice\tvim`,
          `use\t${id('victim')}\t\t0\tloop /dev/loop1 of /y\t\t`,
          `use\t${id('victim')}\t1000\t1\tmount /mnt/rescue\t/\tsystemd`,
          '',
        ].join('\n'),
      },
      notes: [
        `victim (${short('victim')}) is left alone: its files are in use, and docker would delete them: container assist (${short('assist')}, pid 389): mount /data; process vim (pid 41): working directory /x; loop /dev/loop1 of /y; and 1 more`,
      ],
      output: { removed: 0, left: 1 },
    },
    { name: 'a running container is never a candidate', args: {}, answers: answers('', [running('web', 9)]) },
  ]);

  test("docker's own words come back when it refuses", async () => {
    const host = fakeHost({
      ...answers(mountsOutput([])),
      'steps/rm_dead/apply.sh': { code: 1, stderr: 'Error response from daemon: no' },
    });
    const [change] = rmDead.plan({}, await rmDead.probe(host, {}), { pending: [], done: [] }).changes;
    if (!change) throw new Error('no change');
    await expect(rmDead.apply(host, change)).rejects.toThrow(
      `could not remove Dead container victim (${short('victim')}): Error response from daemon: no`,
    );
    expect(host.asked.at(-1)).toEqual(['steps/rm_dead/apply.sh', '/var/lib/docker', id('victim'), '', '']);
  });
});
