import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { lookAtHost } from '../../src/docker/host-view.ts';
import { goneWith, mountResource, outlooks } from '../../src/docker/outlook.ts';
import { fakeHost } from '../steps/fake-host.ts';
import { pendingChange } from '../steps/plan-cases.ts';
import {
  assist,
  daemonAnswers,
  dead,
  type FakeDaemon,
  type FakeMount,
  host,
  id,
  inAssist,
  mountsOutput,
  running,
  shmOf,
} from './world.ts';

const layer = id('layer');
const ofLayer = (driver: string, path: string): FakeMount =>
  inAssist('victim', { mountpoint: `/rootfs${host.root}/${driver}/${path}` });
const onHost: FakeMount = {
  namespace: host.init,
  mountpoint: `/mnt/all${shmOf('victim')}`,
  on: { mountpoint: '/mnt/all', root: '/' },
};

const busy = dead('victim', { layer });
const sysctl = (after: string) => pendingChange('sysctl fs.may_detach_mounts', { before: '0', after });
const EL72 = { kernel: '3.10.0-327.el7.x86_64' };
const EL74 = { kernel: '3.10.0-693.el7.x86_64', mayDetachMounts: '0' } as const;
const EL74_ON = { ...EL74, mayDetachMounts: '1' } as const;
const NEW = { kernel: '5.10.0-28-amd64' };

async function outlookOf(
  daemon: FakeDaemon,
  mounts: readonly FakeMount[],
  pending: readonly Change[] = [],
  disk = 'ext4',
) {
  const containers = daemon.containers ?? [busy];
  const answers = {
    ...daemonAnswers({ ...daemon, containers: [...containers, running('assist', 389)] }),
    'docker/mounts.sh': mountsOutput(mounts, assist).replace('- ext4 /dev/sda1', `- ${disk} /dev/sda1`),
  };
  const [found] = outlooks(await lookAtHost(fakeHost(answers)), pending);
  return found?.kind === 'removable' ? `removable${found.may ? ', perhaps' : ''}` : found?.kind;
}

describe('what a copy in another namespace does', () => {
  it.each([
    ['pins before EL 7.4', EL72, 'pinned'],
    ['pins on EL 7.4 where fs.may_detach_mounts is 0', EL74, 'pinned'],
    ['is let go where it is 1, though docker said busy: something else may have held', EL74_ON, 'removable, perhaps'],
    ['is let go since 3.18', NEW, 'removable, perhaps'],
    ['is let go by the very release 3.18', { kernel: '3.18.0' }, 'removable, perhaps'],
    ['pins before it', { kernel: '3.17.8' }, 'pinned'],
    [
      'is let go where docker kept no word of why, as before 17.12',
      { ...NEW, containers: [dead('victim', { error: '' })] },
      'removable, perhaps',
    ],
  ] as const)('%s', async (_, daemon, expected) => {
    expect(await outlookOf(daemon, [inAssist('victim')])).toBe(expected);
  });

  it('pins no more once the switch is thrown: that explains why docker said busy', async () => {
    expect(await outlookOf(EL74, [inAssist('victim')], [sysctl('1')])).toBe('removable');
    expect(await outlookOf(EL74_ON, [inAssist('victim')], [sysctl('0')])).toBe('pinned');
    // A kernel without the switch does not get it by a change that nobody can make.
    expect(await outlookOf(EL72, [inAssist('victim')], [sysctl('1')])).toBe('pinned');
  });

  it.each([
    ['devicemapper', `mnt/${layer}`, 'pinned'],
    ['zfs', `graph/${layer}`, 'pinned'],
    ['btrfs', `subvolumes/${layer}`, 'pinned'],
    ['overlay2', `${layer}/merged`, 'removable, perhaps'],
    ['aufs', `mnt/${layer}`, 'removable, perhaps'],
  ])('keeps a device open whatever the kernel does with directories: %s', async (driver, path, expected) => {
    expect(await outlookOf({ ...NEW, driver }, [ofLayer(driver, path)])).toBe(expected);
  });

  it('may pin where a FUSE server decides what is busy', async () => {
    expect(await outlookOf(NEW, [inAssist('victim')], [], 'fuse.passthrough')).toBe('pinned');
  });

  it('of its shm pins no device', async () => {
    expect(await outlookOf({ ...NEW, driver: 'devicemapper' }, [inAssist('victim')])).toBe('removable, perhaps');
  });
});

describe("what a mount in dockerd's own namespace does", () => {
  it.each([
    ['EL 7.2', EL72],
    ['EL 7.4, switched on', EL74_ON],
    ['new', NEW],
  ] as const)('pins on every kernel: %s', async (_, daemon) => {
    expect(await outlookOf(daemon, [onHost])).toBe('pinned');
    const unmounted = pendingChange(`mount mnt:[${host.init}] 200 ${onHost.mountpoint}`);
    expect(await outlookOf(daemon, [onHost], [unmounted])).toBe('removable');
  });

  it('is not the host where dockerd has a namespace of its own', async () => {
    expect(await outlookOf({ ...NEW, dockerdNamespace: '1500' }, [onHost])).toBe('removable, perhaps');
  });
});

it('what belonged to a removed container, or lay in a restarted holder, is gone with it', async () => {
  const answers = {
    ...daemonAnswers({ containers: [busy, running('assist', 389)] }),
    'docker/mounts.sh': mountsOutput([inAssist('victim')], assist),
  };
  const view = await lookAtHost(fakeHost(answers));
  const [mount] = view.stale.map(mountResource);
  for (const resource of [`container ${id('victim')}`, `holder container ${id('assist')}`])
    expect(goneWith([pendingChange(resource)], view)).toContain(mount);
  expect(goneWith([pendingChange(`holder container ${id('other')}`)], view)).not.toContain(mount);
});

it('a busy error with nothing in sight that holds: a removal may work', async () => {
  expect(await outlookOf(EL72, [])).toBe('removable, perhaps');
});

it('another cause stays one, whatever the kernel lets go', async () => {
  const stone = dead('victim', {
    error: `unable to remove filesystem for ${id('victim')}: unlinkat ${shmOf('victim')}: operation not permitted`,
  });
  expect(await outlookOf({ ...NEW, containers: [stone] }, [inAssist('victim')])).toBe('other-cause');
});
