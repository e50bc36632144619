import { describe, expect, test } from 'vitest';
import { shortIds } from '../../src/docker/short-ids.ts';
import { umount } from '../../src/steps/umount/step.ts';
import { assist, daemonAnswers, dead, host, id, inAssist, mountsOutput, running, shmOf } from '../docker/world.ts';
import { fakeHost } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const answers = (mounts: string, more = {}) => ({
  ...daemonAnswers({ containers: [dead('victim'), running('assist', 389)], ...more }),
  'docker/mounts.sh': mounts,
});
const alias = inAssist('victim', {
  namespace: host.init,
  mountpoint: `/mnt/all${shmOf('victim')}`,
  on: { mountpoint: '/mnt/all', root: '/' },
});
const inDockerd = { namespace: '1500', mountpoint: shmOf('victim') };
/** As people see it. */
const shown = shortIds(shmOf('victim'));
const who = `container assist (${id('assist').slice(0, 12)}, pid 389)`;

/** In the namespace of a dockerd that ended; the oldest first. */
const earlier = (...commands: readonly string[]): Parameters<typeof mountsOutput>[1] => ({
  '1600': commands.map((command, i) => ({ pid: 77 + i, start: String(4711 + i), cgroup: '/docker.service', command })),
});

describe('umount', () => {
  planCases(umount, [
    {
      name: 'a copy in a holder is not touched where only the host is asked for',
      args: { namespaces: ['host', 'dockerd'], lazy: false },
      answers: answers(mountsOutput([inAssist('victim')], assist)),
    },
    {
      name: 'a copy in a holder',
      args: { namespaces: ['holders'], lazy: false },
      answers: answers(mountsOutput([inAssist('victim')], assist)),
      changes: [`unmount /rootfs${shown} of victim in ${who}`],
      output: { unmounted: 1, left: 0 },
    },
    {
      name: "a copy of a shim's, left in the namespace of an earlier dockerd",
      args: { namespaces: ['shims'], lazy: false },
      answers: answers(mountsOutput([{ namespace: '1600', mountpoint: shmOf('victim') }], earlier('containerd-shim'))),
      changes: [`unmount ${shown} of victim in the shim of a container (pid 77)`],
    },
    {
      name: 'shims are no holders like others',
      args: { namespaces: ['holders'], lazy: false },
      answers: answers(mountsOutput([{ namespace: '1600', mountpoint: shmOf('victim') }], earlier('containerd-shim'))),
    },
    {
      name: 'where containerd itself lives nothing is unmounted',
      args: { namespaces: ['shims'], lazy: false },
      answers: answers(
        mountsOutput(
          [{ namespace: '1600', mountpoint: shmOf('victim') }],
          earlier('docker-containerd-shim', 'docker-containerd'),
        ),
      ),
      notes: [
        `left alone: ${shown} of victim in the shim of a container (pid 77): docker-containerd (pid 78) lives in that namespace`,
      ],
    },
    {
      name: "a stale copy in the host's own namespace",
      args: { namespaces: ['host'], lazy: false },
      answers: answers(mountsOutput([alias])),
      changes: [`unmount /mnt/all${shown} of victim in the host's own namespace`],
    },
    {
      name: "one in dockerd's own namespace",
      args: { namespaces: ['dockerd'], lazy: false },
      answers: answers(
        mountsOutput([inDockerd], { '1500': [{ pid: 52, cgroup: '/docker.service', command: 'dockerd' }] }),
        { dockerdNamespace: '1500' },
      ),
      changes: [`unmount ${shown} of victim in dockerd's namespace`],
    },
    {
      name: 'what is not safe is left alone, with the reason',
      args: { namespaces: ['holders'], lazy: false },
      answers: answers(mountsOutput([inAssist('victim', { root: '/sub' })], assist)),
      notes: [`left alone: /rootfs${shown} of victim in ${who}: it shows /sub of its filesystem, not the whole`],
      output: { unmounted: 0, left: 1 },
    },
    {
      name: 'the topmost of a stack goes first, also where the kernel lists it first',
      args: { namespaces: ['holders'], lazy: false },
      answers: answers(
        mountsOutput([inAssist('victim', { device: '0:80', upon: 1 }), inAssist('victim', { device: '0:81' })], assist),
      ),
      changes: [`unmount /rootfs${shown} of victim in ${who}`, `unmount /rootfs${shown} of victim in ${who}`],
      output: { unmounted: 2, left: 0 },
    },
    {
      name: 'the topmost of a stack goes first',
      args: { namespaces: ['holders'], lazy: false },
      answers: answers(
        mountsOutput([inAssist('victim', { device: '0:80' }), inAssist('victim', { device: '0:81' })], assist),
      ),
      changes: [`unmount /rootfs${shown} of victim in ${who}`, `unmount /rootfs${shown} of victim in ${who}`],
    },
  ]);

  describe('copies that one umount takes along', () => {
    const shared = { mountpoint: '/mnt/all', root: '/', tags: 'shared:7' };
    const onHost = { ...alias, tags: 'shared:8', on: shared };
    const slave = inAssist('victim', { tags: 'master:8', on: { mountpoint: '/rootfs', root: '/', tags: 'master:7' } });
    const deepSlave = {
      ...slave,
      mountpoint: `/deep/er/down${shmOf('victim')}`,
      on: { mountpoint: '/deep/er/down', root: '/', tags: 'master:7' },
    };
    const inHost = `unmount /mnt/all${shown} of victim in the host's own namespace`;
    const inHolder = `unmount /rootfs${shown} of victim in ${who}`;
    planCases(umount, [
      {
        name: "a slave's copy goes with the host's",
        args: { namespaces: ['host', 'holders'], lazy: false },
        answers: answers(mountsOutput([slave, onHost], assist)),
        changes: [inHost],
        output: { unmounted: 1, left: 0 },
      },
      {
        name: 'a copy on which something lies does not go along: the kernel leaves it',
        args: { namespaces: ['host', 'holders'], lazy: false },
        answers: answers(
          mountsOutput(
            [slave, onHost, inAssist('victim', { mountpoint: `/rootfs${shmOf('victim')}/data`, upon: 0 })],
            assist,
          ),
        ),
        changes: [inHost],
        notes: [`left alone: /rootfs${shown} of victim in ${who}: /rootfs${shown}/data lies on it`],
        output: { unmounted: 1, left: 1 },
      },
      {
        name: 'not the other way round',
        args: { namespaces: ['host', 'holders'], lazy: false },
        answers: answers(mountsOutput([onHost, deepSlave], assist)),
        changes: [inHolder.replace('/rootfs', '/deep/er/down'), inHost],
      },
      {
        name: 'it is not planned again by a later step',
        args: { namespaces: ['holders'], lazy: false },
        answers: answers(mountsOutput([slave, onHost], assist)),
        pending: [pendingChange(`mount mnt:[1000] 201 /mnt/all${shmOf('victim')}`)],
      },
      {
        name: 'one at another place stays',
        args: { namespaces: ['host', 'holders'], lazy: false },
        answers: answers(
          mountsOutput(
            [
              inAssist('victim', { on: { mountpoint: '/rootfs', root: '/', tags: 'master:9' } }),
              { ...onHost, on: { ...shared, tags: 'shared:7' } },
            ],
            assist,
          ),
        ),
        changes: [inHost, inHolder],
      },
    ]);
  });

  test("a holder is entered by its oldest process: a health check's is gone a moment later", async () => {
    const cgroup = `/docker/${id('assist')}`;
    const check = { pid: 1002, cgroup, command: 'sh', start: '100200' };
    const main = { pid: 389, cgroup, command: 'assist', start: '9000' };
    const session = fakeHost(answers(mountsOutput([inAssist('victim')], { '2000': [check, main] })));
    const args = { namespaces: ['holders'] as const, lazy: false };
    const [change] = umount.plan(args, await umount.probe(session, args), { pending: [], done: [] }).changes;
    expect(change?.data.argv.slice(1, 3)).toEqual(['389', '9000']);
  });

  test("apply gets the process by pid and start time and the kernel's own line, and trusts no holder", async () => {
    const session = fakeHost({
      ...answers(mountsOutput([inAssist('victim')], assist)),
      'steps/umount/apply-holder.sh': '',
    });
    const args = { namespaces: ['holders'] as const, lazy: false };
    const [change] = umount.plan(args, await umount.probe(session, args), { pending: [], done: [] }).changes;
    expect(change?.data.argv.slice(0, 4)).toEqual([id('victim'), '389', '4711', '2000']);
    expect(change?.data.argv[4]).toMatch(/^200 100 0:72 \/ \/rootfs.* - tmpfs shm rw,size=65536k$/);
    expect(change?.data.argv.slice(6)).toEqual(['plain']);
    if (change !== undefined) await umount.apply(session, change);
    expect(session.asked.at(-1)?.[0]).toBe('steps/umount/apply-holder.sh');
  });
});
