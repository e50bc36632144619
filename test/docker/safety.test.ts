import { describe, expect, test } from 'vitest';
import { parseDaemon } from '../../src/docker/daemon.ts';
import { refusalToUnmount } from '../../src/docker/safety.ts';
import { parseMounts, staleMounts } from '../../src/docker/stale-mount.ts';
import {
  assist,
  daemonOutput,
  dead,
  type FakeContainer,
  type FakeMount,
  type FakeProcess,
  host,
  id,
  inAssist,
  mountsOutput,
  running,
  shmOf,
} from './world.ts';

interface Case {
  readonly name: string;
  readonly mounts: readonly FakeMount[];
  readonly processes?: Record<string, readonly FakeProcess[]>;
  readonly victim?: Partial<FakeContainer>;
  readonly locked?: readonly string[];
  /** Part of the refusal; undefined: safe. */
  readonly refusal?: string;
}

const process = (command: string): Record<string, readonly FakeProcess[]> => ({
  '2000': [{ pid: 7, cgroup: '/', command }],
});

const cases: readonly Case[] = [
  { name: 'a private copy in a container that binds / is safe', mounts: [inAssist('victim')] },
  { name: 'a slave copy is safe: its umount does not go up', mounts: [inAssist('victim', { tags: 'master:124' })] },
  {
    name: 'a container that binds only the containers directory is under the root as well',
    mounts: [
      inAssist('victim', {
        mountpoint: `/c/containers/${id('victim')}/mounts/shm`,
        on: { mountpoint: '/c/containers', root: '/var/lib/docker/containers' },
      }),
    ],
  },
  {
    name: 'a copy at an alias in the host itself is safe',
    mounts: [inAssist('victim', { namespace: host.init })],
    processes: {},
  },
  {
    name: 'a copy that shares its peer group with the host is not: the umount would reach there',
    mounts: [
      inAssist('victim', { tags: 'shared:124' }),
      { namespace: host.init, mountpoint: shmOf('victim'), tags: 'shared:124' },
    ],
    refusal: 'peer group 124',
  },
  {
    name: 'a peer group that is nowhere else is safe',
    mounts: [
      inAssist('victim', { tags: 'shared:124' }),
      { namespace: host.init, mountpoint: shmOf('victim'), tags: 'shared:9' },
    ],
  },
  {
    name: 'a private copy on a mount that is shared with the host is not: the kernel carries an umount over by the mount below',
    mounts: [
      inAssist('victim', { on: { mountpoint: '/rootfs', root: '/', tags: 'shared:1' } }),
      { namespace: host.init, mountpoint: shmOf('victim'), on: { mountpoint: '/', root: '/', tags: 'shared:1' } },
    ],
    refusal: 'peer group 1 ',
  },
  {
    name: 'on a mount that only receives from the host it is safe',
    mounts: [
      inAssist('victim', { on: { mountpoint: '/rootfs', root: '/', tags: 'master:1' } }),
      { namespace: host.init, mountpoint: shmOf('victim'), on: { mountpoint: '/', root: '/', tags: 'shared:1' } },
    ],
  },
  {
    name: 'one is not whose umount would take along what lies at the same spot of a slave, but is another mount',
    mounts: [
      inAssist('victim', {
        namespace: '3000',
        device: '0:99',
        on: { mountpoint: '/rootfs', root: '/', tags: 'master:5' },
      }),
      inAssist('victim', { on: { mountpoint: '/rootfs', root: '/', tags: 'shared:5' } }),
    ],
    refusal: 'along, which is another mount',
  },
  {
    name: "one on which another's mount lies is not: that goes first, by its owner",
    mounts: [inAssist('victim'), inAssist('victim', { mountpoint: `/rootfs${shmOf('victim')}/data`, upon: 0 })],
    refusal: `/rootfs${shmOf('victim')}/data lies on it`,
  },
  {
    name: 'a copy in a user namespace is not: the kernel holds it fast there',
    mounts: [inAssist('victim')],
    locked: ['2000'],
    refusal: 'user namespace',
  },
  {
    name: 'the same filesystem as /dev/shm of running processes is not',
    mounts: [inAssist('victim'), { namespace: '3000', mountpoint: '/dev/shm' }],
    refusal: '/dev/shm of running processes',
  },
  {
    name: 'the same filesystem as / of running processes is not',
    mounts: [inAssist('victim'), { namespace: '3000', mountpoint: '/' }],
    refusal: '/ of running processes',
  },
  {
    name: 'a mount of part of a filesystem is not',
    mounts: [inAssist('victim', { root: '/sub' })],
    refusal: 'not the whole',
  },
  {
    name: 'the same path on another disk is not',
    mounts: [inAssist('victim', { on: { mountpoint: '/rootfs', root: '/', device: '8:9' } })],
    refusal: "docker's data root",
  },
  {
    name: 'the same path below another directory is not',
    mounts: [inAssist('victim', { on: { mountpoint: '/rootfs', root: '/backup' } })],
    refusal: "docker's data root",
  },
  {
    name: 'a container that runs again is not',
    mounts: [inAssist('victim')],
    victim: { status: 'running', pid: 9 },
    refusal: 'not Dead',
  },
  {
    name: 'one that is being removed right now is not',
    mounts: [inAssist('victim')],
    victim: { status: 'removing' },
    refusal: 'not Dead',
  },
  ...[
    ...['containerd', 'kubelet', 'sshd', 'systemd', 'sshd-session', 'sshd-auth', 'dropbear', 'tinysshd'],
    ...['hyperkube', 'openshift', 'kubelite', 'k0s', 'mesos-slave', 'nomad', 'ceph-osd', 'glusterd'],
  ].map((command) => ({
    name: `the namespace of ${command} is never entered`,
    mounts: [inAssist('victim')],
    processes: process(command),
    refusal: `${command} (pid 7)`,
  })),
  {
    name: 'a namespace without processes cannot be entered',
    mounts: [inAssist('victim')],
    processes: {},
    refusal: 'no process',
  },
];

describe('what may be unmounted', () => {
  test.each(cases)('$name', ({ mounts, processes, victim, locked, refusal }) => {
    const daemon = parseDaemon(daemonOutput({ containers: [dead('victim', victim), running('assist', 389)] }));
    const seen = parseMounts(mountsOutput(mounts, processes ?? assist, locked));
    const [mount] = staleMounts(
      seen,
      daemon,
      daemon.containers.filter((c) => c.dead),
    );
    if (!mount) throw new Error('the case has no stale mount');
    const said = refusalToUnmount(mount, seen, daemon, new Set());
    if (refusal === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(refusal);
  });

  test('nothing, where the kernel lists a mount that cannot be read', () => {
    const daemon = parseDaemon(daemonOutput({ containers: [dead('victim'), running('assist', 389)] }));
    const all = mountsOutput([inAssist('victim')], assist);
    const seen = parseMounts(`${all}mount\t2000\tnot a mount\n`);
    const [mount] = staleMounts(
      seen,
      daemon,
      daemon.containers.filter((c) => c.dead),
    );
    if (!mount) throw new Error('the case has no stale mount');
    expect(refusalToUnmount(mount, parseMounts(all), daemon, new Set())).toBeUndefined();
    expect(refusalToUnmount(mount, seen, daemon, new Set())).toBe(
      'the kernel lists a mount that unwedge cannot read: not a mount',
    );
  });
});
