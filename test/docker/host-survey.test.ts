import { describe, expect, it } from 'vitest';
import { surveyHost } from '../../src/docker/host-survey.ts';
import { fakeHost } from '../steps/fake-host.ts';
import {
  assist,
  daemonAnswers,
  dead,
  type FakeContainer,
  host,
  id,
  inAssist,
  mountsOutput,
  running,
  shmOf,
} from './world.ts';

const survey = (
  containers: readonly FakeContainer[],
  { mounts = mountsOutput([]), survey = '', kept = '', config = '' } = {},
) => {
  const answers = daemonAnswers({ containers });
  const hosted = fakeHost({
    ...answers,
    'docker/containers.sh': answers['docker/containers.sh'] + config,
    'docker/mounts.sh': mounts,
    'docker/survey.sh': survey,
    'docker/kept.sh': kept,
  });
  return {
    told: surveyHost(hosted),
    asked: () => hosted.asked.map(([script, first]) => [script, first].join(' ').trim()),
  };
};

describe('a survey', () => {
  it('takes four looks at a host', async () => {
    const { told, asked } = survey([running('web', 9)]);
    expect(await told).toMatchObject({ dead: [], messages: [], kept: [], leftovers: [], copies: [] });
    expect(asked()).toEqual([
      'docker/daemon.sh',
      'docker/containers.sh',
      'docker/mounts.sh processes',
      `docker/survey.sh ${host.root}`,
    ]);
  });

  it('looks among threads, and for what keeps a namespace without any, where nobody is seen to hold what is busy', async () => {
    const mounts = `${mountsOutput([])}bind\t1000\t77 20 0:4 mnt:[4026532208] /run/ns\\040x rw - nsfs nsfs rw\n`;
    const { told, asked } = survey([dead('victim')], {
      mounts: `${mounts}bind\t1000\t78 20 0:4 mnt:[2000] /run/y rw - nsfs nsfs rw\n`,
      kept: 'inhabited\t2000\ndescriptor\t4026532208\t41\t7\tmy daemon\n',
    });
    expect((await told).kept).toEqual([
      {
        inode: '4026532208',
        by: [
          { kind: 'bind', mountpoint: '/run/ns x', namespace: '1000' },
          { kind: 'descriptor', pid: 41, fd: 7, command: 'my daemon' },
        ],
      },
    ]);
    expect(asked().slice(2)).toEqual([
      'docker/mounts.sh processes',
      `docker/users.sh ${host.root}`,
      'docker/mounts.sh threads',
      `docker/survey.sh ${host.root}`,
      'docker/kept.sh',
    ]);
  });

  it('does not look for more where a mount explains it, or where it is another cause', async () => {
    const explained = survey([dead('victim')], { mounts: mountsOutput([inAssist('victim')], assist) });
    const other = survey([dead('stone', { error: 'unable to remove filesystem for x: /x: operation not permitted' })]);
    await Promise.all([explained.told, other.told]);
    expect(explained.asked()).toHaveLength(5);
    expect(other.asked()).toHaveLength(5);
  });

  it("tells who has copies of docker's mounts, and asks for the settings of units among them", async () => {
    const service = [{ pid: 41, cgroup: '/system.slice/chronyd.service', command: 'chronyd' }];
    const { told } = survey([running('web', 9)], {
      mounts: `${mountsOutput([], { '2000': service })}copies\t2000\t12\t3\ncopies\t${host.init}\t12\t0\n`,
      survey: 'setting\tchronyd.service\tId=chronyd.service\nsetting\tchronyd.service\tPrivateTmp=yes\n',
    });
    const { copies, units } = await told;
    expect(copies).toMatchObject([{ namespace: { inode: '2000', processes: [{ pid: 41 }] }, total: 12, lasting: 3 }]);
    expect(units).toEqual(new Map([['chronyd.service', { Id: 'chronyd.service', PrivateTmp: 'yes' }]]));
  });

  it('reads each log in its own form, and tells a line of another form whole', async () => {
    const said = 'time="2017" level=error msg="Handler for DELETE /x returned error: a: b"';
    const rows = [
      ['journal', `2017-07-14T15:22:06+0800 slave-97 dockerd-current[2211]: ${said}`],
      ['syslog', `Jul  4 15:22:06 slave-97 dockerd: ${said}`],
      ['syslog', said],
      ['kernel', '2017-07-14T15:22:06+0800 slave-97 kernel: device-mapper: thin: Deletion of thin device 65 failed.'],
      ['dmesg', '[449954.516381] device-mapper: thin: Deletion of thin device 86 failed.'],
    ];
    const { told } = survey([], { survey: rows.map((row) => `${row.join('\t')}\n`).join('') });
    expect((await told).messages).toEqual([
      { source: 'journal', at: '2017-07-14T15:22:06+0800', text: said },
      { source: 'journal', at: 'Jul  4 15:22:06', text: said },
      { source: 'journal', at: undefined, text: said },
      {
        source: 'kernel',
        at: '2017-07-14T15:22:06+0800',
        text: 'device-mapper: thin: Deletion of thin device 65 failed.',
      },
      { source: 'kernel', at: undefined, text: 'device-mapper: thin: Deletion of thin device 86 failed.' },
    ]);
  });

  it('tells what removals left', async () => {
    const { told } = survey([], {
      survey: `container_directory\t${id('a')}\tno\nlayer_record\t${id('b')}\tlayer\nlayer_directory\tl-init\t/x y/l-init\n`,
    });
    expect((await told).leftovers).toEqual([
      { kind: 'container-directory', path: `${host.root}/containers/${id('a')}`, id: id('a'), hasConfig: false },
      {
        kind: 'layer-record',
        path: `${host.root}/image/overlay2/layerdb/mounts/${id('b')}`,
        id: id('b'),
        layer: 'layer',
      },
      { kind: 'layer-directory', path: '/x y/l-init', layer: 'l-init' },
    ]);
  });

  it('reads the file of a Dead container that docker 1.12 refuses to tell of', async () => {
    const file = JSON.stringify({
      State: {
        Running: false,
        Dead: true,
        Pid: 0,
        Error: '',
        FinishedAt: '2017-07-14T07:22:06.5Z',
        RemovalInProgress: true,
      },
      ID: id('old'),
      Config: { Image: 'app:1', Env: ['PASSWORD=secret'] },
      Name: '/old',
      MountPoints: {
        '/rootfs': { Source: '/', Destination: '/rootfs', RW: false, Propagation: 'rslave', Relabel: 'ro' },
      },
    });
    const { told } = survey([], { config: `config\t${id('old')}\t${file}\n` });
    const { dead: found } = await told;
    expect(found).toEqual([
      {
        id: id('old'),
        status: 'dead',
        dead: true,
        pid: 0,
        name: 'old',
        image: 'app:1',
        finishedAt: '2017-07-14T07:22:06.5Z',
        error: '',
        binds: [{ source: '/', destination: '/rootfs', propagation: 'rslave', mode: 'ro' }],
        layer: undefined,
      },
    ]);
  });

  it('knows a leak by its place where a bind gave it another name', async () => {
    const home = `${host.root}/containers/${id('victim')}`;
    const mounts = mountsOutput(
      [{ namespace: '2000', mountpoint: '/x/mounts/shm', on: { mountpoint: '/x', root: home } }],
      assist,
    );
    const { told } = survey([dead('victim')], { mounts });
    expect((await told).stale).toMatchObject([{ path: shmOf('victim'), entry: { mountpoint: '/x/mounts/shm' } }]);
  });
});
