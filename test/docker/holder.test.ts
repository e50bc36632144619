import { describe, expect, it } from 'vitest';
import { parseDaemon } from '../../src/docker/daemon.ts';
import { holderOf } from '../../src/docker/holder.ts';
import { daemonOutput, host, id, running } from './world.ts';

const daemon = parseDaemon(daemonOutput({ dockerdNamespace: '1500', containers: [running('web', 389)] }));
const held = (cgroup: string, inode = '2000') =>
  holderOf(
    {
      inode,
      processes: [{ pid: 7, start: '1', cgroup, command: 'app' }],
      processCount: 1,
      locked: false,
    },
    daemon,
  );

describe('who keeps a namespace', () => {
  it.each([
    `/docker/${id('web')}`,
    `/system.slice/docker-${id('web')}.scope`,
    `/system.slice:docker:${id('web')}`,
    `/kubepods/burstable/pod1f2e3d4c-0000-1111-2222-333344445555/${id('web')}`,
    `/kubepods.slice/kubepods-pod1f2e.slice/docker-${id('web')}.scope/init`,
    `/system.slice/containerd.service/kubepods-besteffort-pod1f2e.slice:cri-containerd:${id('web')}`,
    `/docker/${id('web')}/docker/${id('inner')}`,
    `/docker/${id('web')}/system.slice/nginx.service`,
  ])('is the container of the control group %s', (cgroup) => {
    expect(held(cgroup)).toMatchObject({ kind: 'container', name: 'web' });
  });

  it.each([
    ['/system.slice/chronyd.service', { kind: 'unit', unit: 'chronyd.service' }],
    [`/machine.slice/libpod-${id('other')}.scope`, { kind: 'process', pid: 7 }],
    [`/docker/${id('web')}f`, { kind: 'process', pid: 7 }],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice', { kind: 'process', pid: 7 }],
    ['/', { kind: 'process', pid: 7 }],
  ])('is no container of docker’s in %s', (cgroup, holder) => {
    expect(held(cgroup)).toMatchObject(holder);
  });

  it('is the host or dockerd where the namespace is theirs, whoever is in it', () => {
    expect(held(`/docker/${id('web')}`, host.init).kind).toBe('host');
    expect(held('/', '1500').kind).toBe('dockerd');
  });
});
