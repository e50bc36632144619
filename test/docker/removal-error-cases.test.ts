import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyMessage, type RemovalMessage } from '../../src/docker/removal-error.ts';

const hex = (seed: string) => seed.repeat(64).slice(0, 64);
const ID = hex('c0ffee12');
const ID2 = hex('5ca1ab1e');
const MNT = hex('0b5e55ed');
const MNT2 = hex('ba5eba11');
const BUSY = 'device or resource busy';
const FROM_DAEMON = 'Error response from daemon: ';

type Case = [about: string, text: string, expected: Partial<RemovalMessage>];

function itReads(cases: readonly Case[]): void {
  it.each(cases)('%s', (_, text, expected) => {
    expect(classifyMessage(text)).toMatchObject(expected);
  });
}

const OLD = 'docker 1.9–17.05, or RHEL/CentOS 1.12–1.13';

describe('every wording of a failed root filesystem (docs/docker-facts.md §1.1)', () => {
  const path = `/srv/d/overlay2/${MNT}/merged`;
  const common: Partial<RemovalMessage> = { cause: 'busy-mount', driver: 'overlay2', paths: [path], mountIds: [MNT] };
  const full = { ...common, containers: [ID] };
  const rm = `remove ${path}: ${BUSY}`;
  const unlinkat = `unlinkat ${path}: ${BUSY}`;
  itReads([
    [
      '≤1.8',
      `${FROM_DAEMON}Cannot destroy container web: Driver overlay2 failed to remove root filesystem ${ID}: ${rm}`,
      { ...full, names: ['web'], generation: 'docker ≤1.8' },
    ],
    [
      '1.9–17.05',
      `${FROM_DAEMON}Driver overlay2 failed to remove root filesystem ${ID}: ${rm}`,
      { ...full, generation: OLD },
    ],
    [
      '1.10 CLI',
      `Failed to remove container (web): ${FROM_DAEMON}Driver overlay2 failed to remove root filesystem ${ID}: ${rm}`,
      { ...full, names: ['web'], generation: 'docker 1.10' },
    ],
    [
      'RHEL build',
      `Mar 14 09:26:53 n dockerd-current[2211]: time="2018-03-14T09:26:53+08:00" level=error msg="Handler for DELETE /v1.26/containers/web returned error: Driver overlay2 failed to remove root filesystem ${ID}: ${rm}"`,
      { ...full, names: ['web'], generation: 'RHEL/CentOS docker 1.12–1.13', kind: 'daemon-log' },
    ],
    [
      '17.06–18.03',
      `${FROM_DAEMON}driver "overlay2" failed to remove root filesystem for ${ID}: ${rm}`,
      { ...full, generation: 'docker 17.06–18.03' },
    ],
    [
      '18.04–28.1',
      `${FROM_DAEMON}container ${ID}: driver "overlay2" failed to remove root filesystem: ${unlinkat}`,
      { ...full, generation: 'docker 18.04–28.1' },
    ],
    [
      '28.2+ by name',
      `${FROM_DAEMON}cannot remove container "web_1.a-b": driver "overlay2" failed to remove root filesystem: ${unlinkat}`,
      { ...common, containers: [], names: ['web_1.a-b'], generation: 'docker 28.2+' },
    ],
    [
      '28.2+ by full id',
      `${FROM_DAEMON}cannot remove container "${ID}": driver "overlay2" failed to remove root filesystem: ${unlinkat}`,
      { ...full, names: [], generation: 'docker 28.2+' },
    ],
    [
      '28.2+ by short id',
      `${FROM_DAEMON}cannot remove container "${ID.slice(0, 12)}": driver "overlay2" failed to remove root filesystem: ${unlinkat}`,
      { ...common, containers: [ID.slice(0, 12)], names: [] },
    ],
    [
      'init filesystem',
      `${FROM_DAEMON}Cannot destroy container ${ID.slice(0, 12)}: Driver overlay failed to remove init filesystem ${ID}-init: remove /srv/d/overlay/${ID}-init/merged: ${BUSY}`,
      { cause: 'busy-mount', driver: 'overlay', containers: [ID], mountIds: [`${ID}-init`] },
    ],
  ]);
});

describe('every wording of a failed container directory (§1.1)', () => {
  const path = (end: string) => `/srv/d/containers/${ID}/${end}`;
  itReads([
    [
      '≤1.8',
      `Cannot destroy container ${ID}: Unable to remove filesystem for ${ID}: remove ${path('shm')}: ${BUSY}`,
      { cause: 'busy-mount', containers: [ID], paths: [path('shm')], generation: 'docker ≤1.8', driver: null },
    ],
    [
      '1.9–17.05',
      `${FROM_DAEMON}Unable to remove filesystem for ${ID}: remove ${path('mqueue')}: ${BUSY}`,
      { cause: 'busy-mount', paths: [path('mqueue')], generation: OLD, mountIds: [] },
    ],
    [
      '17.06–28.1',
      `${FROM_DAEMON}unable to remove filesystem for ${ID}: unlinkat ${path('mounts/shm')}: ${BUSY}`,
      { cause: 'busy-mount', containers: [ID], paths: [path('mounts/shm')], generation: 'docker 17.06–28.1' },
    ],
    [
      '28.2+, where only the path has the id',
      `${FROM_DAEMON}cannot remove container "web": unable to remove filesystem: unlinkat ${path('mounts/shm')}: ${BUSY}`,
      { cause: 'busy-mount', containers: [ID], names: ['web'], generation: 'docker 28.2+' },
    ],
  ]);
});

describe('what each driver says (§1.2)', () => {
  const failed = (driver: string, err: string) =>
    `${FROM_DAEMON}container ${ID}: driver "${driver}" failed to remove root filesystem: ${err}`;
  const dataset = `tank/docker/${MNT}`;
  const subvolumes = '/var/lib/docker/btrfs/subvolumes';
  itReads([
    [
      'dm, by path',
      failed('devicemapper', `remove /d/devicemapper/mnt/${MNT}: ${BUSY}`),
      { cause: 'busy-mount', mountIds: [MNT] },
    ],
    [
      'dm, below the mountpoint',
      failed('devicemapper', `remove /d/devicemapper/mnt/${MNT}/rootfs: ${BUSY}`),
      { mountIds: [MNT] },
    ],
    [
      'dm, by device',
      failed('devicemapper', `failed to remove device ${MNT}: Device is Busy`),
      { cause: 'device-busy', reason: 'busy-device', deviceIds: [MNT], paths: [], mountIds: [], containers: [ID] },
    ],
    [
      'dm, init device',
      failed('devicemapper', `failed to remove device ${MNT}-init: Device is Busy`),
      { cause: 'device-busy', deviceIds: [`${MNT}-init`] },
    ],
    [
      'dm, not a mount problem',
      failed(
        'devicemapper',
        `failed to remove device ${MNT}: devicemapper: Error running DeleteDevice dm_task_run failed`,
      ),
      { cause: 'other', reason: 'device-not-deleted', deviceIds: [MNT] },
    ],
    [
      'dm, only a warning since 18.04',
      `time="2018-06-01T10:00:00Z" level=warning msg="unable to remove mount point \\"/d/devicemapper/mnt/${MNT}\\": remove /d/devicemapper/mnt/${MNT}: ${BUSY}"`,
      { cause: 'busy-mount', reason: 'mount-point-left', paths: [`/d/devicemapper/mnt/${MNT}`], kind: 'daemon-log' },
    ],
    [
      'dm, in the log',
      `time="2016-06-01T10:00:00Z" level=error msg="devmapper: Error unmounting device ${MNT}: ${BUSY}"`,
      { cause: 'device-busy', driver: 'devicemapper', deviceIds: [MNT], kind: 'daemon-log' },
    ],
    ['overlay', failed('overlay', `remove /d/overlay/${MNT}/merged: ${BUSY}`), { driver: 'overlay', mountIds: [MNT] }],
    [
      'overlay2, deep in the init layer',
      failed('overlay2', `unlinkat /d/overlay2/${MNT}-init/diff/dev/shm: ${BUSY}`),
      { cause: 'busy-mount', mountIds: [`${MNT}-init`], paths: [`/d/overlay2/${MNT}-init/diff/dev/shm`] },
    ],
    [
      'aufs, rename in diff',
      failed('aufs', `rename /d/aufs/diff/${MNT} /d/aufs/diff/${MNT}-removing: ${BUSY}`),
      { cause: 'busy-mount', paths: [`/d/aufs/diff/${MNT}`, `/d/aufs/diff/${MNT}-removing`], mountIds: [MNT] },
    ],
    [
      'aufs, init layer renamed',
      failed('aufs', `rename /d/aufs/mnt/${MNT}-init /d/aufs/mnt/${MNT}-init-removing: ${BUSY}`),
      { mountIds: [`${MNT}-init`] },
    ],
    [
      'aufs, unmount after retries',
      failed('aufs', `aufs: unmount error after retries: /d/aufs/mnt/${MNT}: ${BUSY}`),
      { cause: 'busy-mount', paths: [`/d/aufs/mnt/${MNT}`] },
    ],
    [
      'btrfs, directory and name apart',
      failed('btrfs', `Failed to destroy btrfs snapshot ${subvolumes} for ${MNT}: ${BUSY}`),
      { cause: 'busy-mount', paths: [`${subvolumes}/${MNT}`], mountIds: [MNT], containers: [ID] },
    ],
    [
      'btrfs, not permitted',
      failed('btrfs', `Failed to destroy btrfs snapshot ${subvolumes} for ${MNT}: operation not permitted`),
      { cause: 'other', reason: 'not-permitted', paths: [`${subvolumes}/${MNT}`], containers: [ID] },
    ],
    [
      'zfs, busy',
      failed(
        'zfs',
        `exit status 1: "/sbin/zfs fs destroy -r ${dataset}" => cannot destroy '${dataset}': dataset is busy\n`,
      ),
      { cause: 'device-busy', reason: 'dataset-busy', driver: 'zfs', paths: [], mountIds: [MNT], containers: [ID] },
    ],
    [
      'zfs, as Go writes it into JSON',
      JSON.stringify({
        Status: 'dead',
        Dead: true,
        Error: failed(
          'zfs',
          `exit status 1: "/sbin/zfs zfs destroy -r ${dataset}" => cannot destroy '${dataset}': dataset is busy\n`,
        ),
      }).replace('=>', '=\\u003e'),
      { cause: 'device-busy', kind: 'inspect', driver: 'zfs', mountIds: [MNT] },
    ],
    [
      'vfs',
      failed('vfs', `unlinkat /d/vfs/dir/${MNT}: ${BUSY}`),
      { cause: 'busy-mount', driver: 'vfs', mountIds: [MNT] },
    ],
    [
      'containerd image store',
      `${FROM_DAEMON}cannot remove container "web": failed to unmount /d/rootfs/overlayfs/${ID}: ${BUSY}`,
      {
        cause: 'busy-mount',
        containers: [ID],
        names: ['web'],
        paths: [`/d/rootfs/overlayfs/${ID}`],
        driver: null,
        mountIds: [],
      },
    ],
    [
      'EnsureRemoveAll, wrapped',
      failed('overlay2', `error while removing /d/overlay2/${MNT}: unmount /d/overlay2/${MNT}/merged: ${BUSY}`),
      { cause: 'busy-mount', paths: [`/d/overlay2/${MNT}`, `/d/overlay2/${MNT}/merged`] },
    ],
    [
      'debug log with a dash',
      `time="2019-06-01T10:00:00Z" level=debug msg="Failed to unmount ${MNT} overlay: /d/overlay2/${MNT}/merged - ${BUSY}"`,
      { cause: 'busy-mount', paths: [`/d/overlay2/${MNT}/merged`], mountIds: [MNT], containers: [] },
    ],
    [
      'the driver from the path alone',
      `unlinkat /d/zfs/graph/${MNT}: ${BUSY}`,
      { cause: 'busy-mount', driver: 'zfs', mountIds: [MNT] },
    ],
  ]);
});

describe('lines of other logs (§1.3)', () => {
  itReads([
    [
      'prune, which only logs',
      `time="2023-01-01T00:00:00Z" level=warning msg="failed to prune container ${ID}: container ${ID}: driver \\"overlay2\\" failed to remove root filesystem: unlinkat /d/overlay2/${MNT}/merged: ${BUSY}"`,
      { cause: 'busy-mount', containers: [ID], mountIds: [MNT], driver: 'overlay2' },
    ],
    [
      'init layer; the id is the container',
      `time="2023-01-01T00:00:00Z" level=error msg="Error removing init layer ${ID}: remove /d/overlay2/${MNT}-init/merged: ${BUSY}"`,
      { cause: 'busy-mount', containers: [ID], mountIds: [`${MNT}-init`], generation: 'docker 1.10+' },
    ],
    [
      'forced removal by name through the API',
      `level=error msg="Handler for DELETE /v1.24/containers/web?force=1&v=1 returned error: Driver overlay failed to remove root filesystem ${ID}: remove /d/overlay/${MNT}/merged: ${BUSY}"`,
      { containers: [ID], names: ['web'], paths: [`/d/overlay/${MNT}/merged`] },
    ],
    [
      'an open device, with its name',
      `kernel: device-mapper: ioctl: unable to remove open device docker-253:1-4242-${MNT}`,
      { cause: 'device-busy', deviceIds: [MNT], kind: 'kernel-log', driver: 'devicemapper', containers: [] },
    ],
    [
      'another thin device message',
      'kernel: device-mapper: thin: 253:3: reached low water mark for data device: sending event.',
      { cause: 'other', kind: 'kernel-log', driver: 'devicemapper', thinDeviceIds: [] },
    ],
    [
      'already removing, by full id',
      `${FROM_DAEMON}removal of container ${ID} is already in progress`,
      { cause: 'other', reason: 'already-removing', containers: [ID], names: [], generation: 'docker 1.13+' },
    ],
    [
      'start of a Dead one, old',
      `${FROM_DAEMON}Container is marked for removal and cannot be started.`,
      { reason: 'marked-for-removal', names: [], containers: [] },
    ],
    [
      'start of a Dead one',
      `${FROM_DAEMON}container is marked for removal and cannot be started`,
      { reason: 'marked-for-removal', cause: 'other' },
    ],
    [
      'start that finds its mountpoint busy',
      `${FROM_DAEMON}error creating overlay mount to /d/overlay2/${MNT}/merged: ${BUSY}`,
      { cause: 'busy-mount', reason: 'busy-at-start', paths: [`/d/overlay2/${MNT}/merged`] },
    ],
    ['no such id, ≤1.9', `${FROM_DAEMON}no such id: web`, { reason: 'no-such-container', names: ['web'] }],
    [
      'the ioctl of a busy device',
      `device-mapper: remove ioctl on docker-8:3-42-${MNT} failed: Device or resource busy`,
      { cause: 'device-busy', deviceIds: [MNT], paths: [] },
    ],
    [
      'a network namespace',
      `remove /var/run/docker/netns/1706eda9c080: ${BUSY}`,
      { cause: 'busy-mount', paths: ['/var/run/docker/netns/1706eda9c080'], containers: [] },
    ],
    [
      'layer not retained',
      `${FROM_DAEMON}Driver aufs failed to remove root filesystem ${ID}: layer not retained`,
      { cause: 'other', reason: 'layer-not-retained' },
    ],
    [
      'an orphan at the start of the daemon',
      `time="2026-01-01T00:00:00Z" level=error msg="failed to load container" container=${ID} error="open /d/containers/${ID}/config.v2.json: no such file or directory"`,
      { cause: 'other', reason: 'not-loaded', containers: [ID], paths: [`/d/containers/${ID}/config.v2.json`] },
    ],
    [
      'exec after MountFlags=slave with live-restore (§6)',
      'OCI runtime exec failed: exec failed: unable to start container process: error starting setns process: fork/exec /proc/self/exe: no such file or directory',
      { cause: 'other', reason: 'namespace-lost', paths: [], containers: [] },
    ],
    ['exec in a Dead one', `${FROM_DAEMON}Container ${ID} is not running`, { reason: 'not-running', containers: [ID] }],
    [
      'a busy control group',
      `${FROM_DAEMON}rmdir /sys/fs/cgroup/memory/docker/${ID}: ${BUSY}`,
      { cause: 'other', reason: 'busy-cgroup', containers: [ID] },
    ],
    [
      'the list of the CLI of 1.8',
      `Error: failed to remove containers: [web ${ID2}]`,
      { names: ['web'], containers: [ID2], generation: 'docker 1.8–1.9' },
    ],
    [
      'a socket that may not be used',
      'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      { reason: 'daemon-unreachable', paths: [] },
    ],
    [
      'umount(8)',
      `umount: /d/overlay2/${MNT}/merged: target is busy.`,
      { cause: 'busy-mount', paths: [`/d/overlay2/${MNT}/merged`] },
    ],
    [
      'umount(8) of EL7',
      `umount: /d/devicemapper/mnt/${MNT}: device is busy.`,
      { cause: 'busy-mount', paths: [`/d/devicemapper/mnt/${MNT}`] },
    ],
    [
      'rm in a UTF-8 locale',
      `rm: cannot remove ‘/d/overlay/${MNT}/merged’: Device or resource busy`,
      { cause: 'busy-mount', paths: [`/d/overlay/${MNT}/merged`] },
    ],
  ]);
});

describe('several messages in one text', () => {
  const of = (id: string, path: string, words: string) =>
    `${FROM_DAEMON}container ${id}: driver "overlay2" failed to remove root filesystem: unlinkat ${path}: ${words}`;
  const [first, second] = [`/d/overlay2/${MNT}/merged`, `/d/overlay2/${MNT2}/diff/x`];
  itReads([
    [
      'what is busy counts, in whatever order; ids and paths of all are told',
      `${of(ID, second, 'operation not permitted')}\n${of(ID2, first, BUSY)}`,
      { cause: 'busy-mount', containers: [ID, ID2], paths: [second, first], mountIds: [MNT2, MNT] },
    ],
    [
      'the names that the client echoes, and an error between',
      `web\n${of(ID, first, BUSY)}\ndb\n`,
      { cause: 'busy-mount', containers: [ID], paths: [first] },
    ],
    [
      'two of which none is busy',
      `${FROM_DAEMON}removal of container ${ID} is already in progress\n${FROM_DAEMON}No such container: web`,
      { cause: 'other', reason: 'already-removing', containers: [ID], names: ['web'] },
    ],
  ]);
});

describe('paths that are hard to tell from the words around them', () => {
  const failed = (what: string) =>
    `${FROM_DAEMON}container ${ID}: driver "overlay2" failed to remove root filesystem: ${what}`;
  const spaced = `/mnt/my disk/docker/overlay2/${MNT}`;
  itReads([
    ['blanks', failed(`unlinkat ${spaced}/merged: ${BUSY}`), { paths: [`${spaced}/merged`], mountIds: [MNT] }],
    ['a colon and a blank', failed(`unlinkat ${spaced}/diff/a: b: ${BUSY}`), { paths: [`${spaced}/diff/a: b`] }],
    [
      'a directory, then what lies in it',
      failed(`error while removing ${spaced}: unmount ${spaced}/merged: ${BUSY}`),
      { paths: [spaced, `${spaced}/merged`] },
    ],
    [
      'flags between path and error (moby/sys/mount)',
      failed(`umount ${spaced}/merged, flags: 0x2: ${BUSY}`),
      { paths: [`${spaced}/merged`] },
    ],
    ['umount(8)', `umount: ${spaced}/merged: target is busy.`, { cause: 'busy-mount', paths: [`${spaced}/merged`] }],
    [
      'a name that says a verb',
      failed(`unlinkat ${spaced}/diff/remove me: ${BUSY}`),
      { paths: [`${spaced}/diff/remove me`] },
    ],
    [
      'a name with a slash, as docker prints some',
      `${FROM_DAEMON}cannot remove container "/web": driver "overlay2" failed to remove root filesystem: unlinkat ${spaced}/merged: ${BUSY}`,
      { names: ['/web'], generation: 'docker 28.2+', paths: [`${spaced}/merged`] },
    ],
  ]);
});

describe('errors that are no busy mount (§1.3): unmounting would only harm', () => {
  const errors: [string, string][] = [
    ['operation not permitted', 'not-permitted'],
    ['directory not empty', 'not-empty'],
    ['read-only file system', 'read-only'],
    ['input/output error', 'io-error'],
    ['permission denied', 'permission-denied'],
    ['no such file or directory', 'no-such-file'],
    ['no space left on device', 'no-space'],
    ['stale file handle', 'unknown'],
  ];
  it.each(errors)('%s', (error, reason) => {
    const path = `/d/overlay2/${MNT}/diff/usr/share/perl/Foo::Bar.3pm`;
    const text = `${FROM_DAEMON}container ${ID}: driver "overlay2" failed to remove root filesystem: unlinkat ${path}: ${error}`;
    expect(classifyMessage(text)).toMatchObject({
      cause: 'other',
      reason,
      paths: [path],
      containers: [ID],
      kind: 'rm-error',
    });
  });
});

describe('what people and programs wrap around a message', () => {
  const inner = `driver "overlay" failed to remove root filesystem for ${ID}: remove /d/overlay/${MNT}/merged: ${BUSY}`;
  const expected: Partial<RemovalMessage> = {
    cause: 'busy-mount',
    containers: [ID],
    paths: [`/d/overlay/${MNT}/merged`],
    driver: 'overlay',
  };
  const escaped = inner.replaceAll('"', '\\"');
  const logged = `time="2018-01-01T00:00:00Z" level=error msg="Handler for DELETE /v1.30/containers/web returned error: ${escaped}"`;
  itReads([
    ['nothing', inner, expected],
    ['a trailing newline', `${FROM_DAEMON}${inner}\n`, expected],
    ['a status', `${FROM_DAEMON}500 Internal Server Error: ${inner}`, expected],
    ['compose', `ERROR: for web  ${inner}`, { ...expected, names: ['web'] }],
    ['compose in colour', `\u001b[31mERROR\u001b[0m: for web  ${inner}`, { ...expected, names: ['web'] }],
    [
      'compose on python 3',
      `ERROR: for ${ID.slice(0, 12)}_web  b'${inner}'`,
      { ...expected, names: [`${ID.slice(0, 12)}_web`] },
    ],
    [
      'kubelet',
      `E0430 09:15:10.712138 24584 remote_runtime.go:246] RemoveContainer "${ID}" from runtime service failed: rpc error: code = Unknown desc = failed to remove container "${ID}": ${FROM_DAEMON}${inner}`,
      expected,
    ],
    ['logfmt', logged, { ...expected, kind: 'daemon-log', names: ['web'] }],
    ['syslog', `Jul 14 15:22:06 n1 dockerd[12]: ${logged}`, { ...expected, kind: 'daemon-log' }],
    ['journalctl -o json', JSON.stringify({ _PID: '12', MESSAGE: logged }), { ...expected, kind: 'daemon-log' }],
    ['an answer of the API', JSON.stringify({ message: inner }), { ...expected, kind: 'rm-error' }],
    [
      'a log of dockerd --log-format json',
      JSON.stringify({ level: 'error', msg: inner, time: '2026-01-01T00:00:00Z' }),
      expected,
    ],
    [
      'docker inspect',
      JSON.stringify([
        {
          Id: ID,
          Name: '/web',
          State: { Status: 'dead', Dead: true, Error: inner },
          Driver: 'overlay',
          GraphDriver: { Data: null, Name: 'overlay' },
        },
      ]),
      { ...expected, kind: 'inspect', names: ['/web'] },
    ],
    [
      'the id of the path wrapped twice',
      `${FROM_DAEMON}${inner.replace(MNT, `${MNT.slice(0, 20)}\n  ${MNT.slice(20, 50)}\r\n  ${MNT.slice(50)}`)}`,
      expected,
    ],
    ['the path wrapped elsewhere', inner.replace('/merged', '/mer\nged'), expected],
    ['words wrapped', inner.replaceAll('filesystem for ', 'filesystem\nfor\n'), expected],
  ]);
});

describe('data roots that are not /var/lib/docker', () => {
  const at = (root: string) =>
    `container ${ID}: driver "overlay2" failed to remove root filesystem: unlinkat ${root}/overlay2/${MNT}/merged: ${BUSY}`;
  it.each([
    '/data',
    '/var/lib/docker/100000.100000',
    '/mnt/my disk/docker',
    '/mnt/a:b',
    '/mnt/overlay/aufs',
    '/mnt/dätä',
  ])('%s', (root) => {
    expect(classifyMessage(at(root))).toMatchObject({
      paths: [`${root}/overlay2/${MNT}/merged`],
      mountIds: [MNT],
      driver: 'overlay2',
    });
  });

  it('quoted, with blanks', () => {
    const path = `/mnt/my disk/overlay2/${MNT}/merged`;
    expect(classifyMessage(`rm: cannot remove '${path}': Device or resource busy`)).toMatchObject({ paths: [path] });
  });
});

describe('ids are told by their place, not their shape', () => {
  itReads([
    ['a layer is no container', `remove /d/overlay2/${MNT}/merged: ${BUSY}`, { containers: [], mountIds: [MNT] }],
    [
      'a device is no container',
      `failed to remove device ${MNT}: Device is Busy`,
      { containers: [], deviceIds: [MNT] },
    ],
    [
      'a subvolume is no container',
      `Failed to destroy btrfs snapshot /d/btrfs/subvolumes for ${MNT}: ${BUSY}`,
      { containers: [] },
    ],
    [
      'a mountpoint id is no container',
      `could not remove mountpoint for id ${MNT}: ${BUSY}`,
      { containers: [], mountIds: [MNT] },
    ],
    [
      'a container directory is no layer',
      `remove /d/containers/${ID}/shm: ${BUSY}`,
      { containers: [ID], mountIds: [] },
    ],
    [
      'a bare id is nothing',
      ID,
      { containers: [], mountIds: [], deviceIds: [], cause: 'other', reason: 'unknown', kind: 'unknown' },
    ],
    [
      'a name that begins with an id is a name',
      `${FROM_DAEMON}No such container: ${ID.slice(0, 12)}_web_1`,
      { containers: [], names: [`${ID.slice(0, 12)}_web_1`] },
    ],
    [
      'a short form is dropped beside its full id',
      `Cannot destroy container ${ID.slice(0, 12)}: Driver vfs failed to remove root filesystem ${ID}: x`,
      { containers: [ID], names: [] },
    ],
    [
      'each id once, in the order of the text',
      `container ${ID2}: container ${ID}: container ${ID2}: x`,
      { containers: [ID2, ID] },
    ],
    [
      'from the layer database',
      `open /d/image/overlay2/layerdb/mounts/${ID}/mount-id: no such file or directory`,
      { containers: [ID], mountIds: [] },
    ],
  ]);

  it('joins the messages of several removals', () => {
    const text = [
      `${FROM_DAEMON}container ${ID}: driver "overlay2" failed to remove root filesystem: unlinkat /d/overlay2/${MNT}/diff/x: operation not permitted`,
      `${FROM_DAEMON}container ${ID2}: driver "overlay2" failed to remove root filesystem: unlinkat /d/overlay2/${MNT2}/merged: ${BUSY}`,
    ].join('\n');
    expect(classifyMessage(text)).toMatchObject({ cause: 'busy-mount', containers: [ID, ID2], mountIds: [MNT, MNT2] });
  });
});

describe('tables', () => {
  const merged = `/d/overlay2/${MNT}/merged`;
  const overlay = `overlay overlay rw,lowerdir=/d/overlay2/${MNT2}/diff,upperdir=/d/overlay2/${MNT}/diff,workdir=/d/overlay2/${MNT}/work`;
  const psHead = 'CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES';
  itReads([
    [
      'mountinfo',
      `36 35 0:9 / ${merged} rw shared:1 - ${overlay}`,
      { kind: 'mountinfo', cause: 'busy-mount', paths: [merged], mountIds: [MNT], driver: 'overlay2' },
    ],
    [
      'mountinfo of a thread, by grep',
      `/proc/7/task/9/mountinfo:36 35 0:9 / ${merged} rw - ${overlay}`,
      { pids: [7], paths: [merged] },
    ],
    [
      'mountinfo of oneself, by grep',
      `/proc/self/mountinfo:36 35 0:9 / ${merged} rw - ${overlay}`,
      { pids: [], paths: [merged] },
    ],
    [
      'a mount below the layer',
      `36 35 0:9 / /rootfs${merged}/dev/shm rw - tmpfs shm rw`,
      { cause: 'busy-mount', mountIds: [MNT] },
    ],
    [
      'a mount of the host',
      '36 35 0:9 / /home rw - ext4 /dev/sda1 rw',
      { cause: 'other', paths: ['/home'], driver: null, mountIds: [] },
    ],
    ['the docker root itself', '36 35 0:9 / /var/lib/docker/overlay2 rw - ext4 /dev/sda1 rw', { cause: 'other' }],
    [
      'mounts',
      `overlay ${merged} overlay rw,lowerdir=/d/overlay2/l/A 0 0`,
      { kind: 'mountinfo', cause: 'busy-mount', paths: [merged] },
    ],
    [
      'mount(8)',
      `overlay on ${merged} type overlay (rw,relatime)`,
      { kind: 'mountinfo', cause: 'busy-mount', paths: [merged] },
    ],
    [
      'find-busy-mnt.sh',
      'PID\tNAME\t\tMNTNS\n4711\tntpd\t\tmnt:[4026532285]',
      { kind: 'mountinfo', pids: [4711], paths: [], cause: 'other' },
    ],
    [
      'df with its heading',
      `Filesystem      Size  Used Avail Use% Mounted on\nshm              64M     0   64M   0% /d/containers/${ID}/shm`,
      { kind: 'df', cause: 'busy-mount', containers: [ID] },
    ],
    [
      'df -T',
      `overlay overlay 415G 18G 398G 5% /d/overlay/${MNT}/merged`,
      { kind: 'df', cause: 'busy-mount', mountIds: [MNT], driver: 'overlay' },
    ],
    [
      'df, a device on its own line',
      `/dev/mapper/docker-253:0-42-${MNT}\n   10467328 33328 10434000   1% /d/devicemapper/mnt/${MNT}`,
      { kind: 'df', paths: [`/d/devicemapper/mnt/${MNT}`], deviceIds: [MNT] },
    ],
    [
      'docker ps, all of it',
      `${psHead}\n${ID.slice(0, 12)}   a:1   "x"   2 days ago   Dead      web\n${ID2.slice(0, 12)}   a:1   "x"   2 days ago   Up 2 days   80/tcp   db`,
      { kind: 'ps', containers: [ID.slice(0, 12), ID2.slice(0, 12)], names: ['web', 'db'] },
    ],
    [
      'docker ps, no name but ports',
      `${ID.slice(0, 12)}   a:1   "x"   2 days ago   Up 2 days   80/tcp, 443/tcp`,
      { names: [], reason: 'listed-alive' },
    ],
    [
      'docker ps, Dead in the command only',
      `${ID.slice(0, 12)}   a:1   "echo  Dead  x"   2 days ago   Up 2 days   web`,
      { reason: 'listed-alive', names: ['web'] },
    ],
    [
      'docker ps, full ids',
      `${ID}   a:1   "x"   2 days ago   Removal In Progress      web`,
      { reason: 'listed-removing', containers: [ID] },
    ],
    ['docker ps --format', `${ID} Dead`, { kind: 'ps', reason: 'listed-dead', containers: [ID], names: [] }],
    [
      'inspect of a healthy one',
      JSON.stringify({
        Id: ID,
        Name: '/web',
        State: { Status: 'running', Error: '' },
        GraphDriver: {
          Name: 'overlay2',
          Data: { LowerDir: `/d/overlay2/${MNT2}/diff`, UpperDir: `/d/overlay2/${MNT}/diff` },
        },
      }),
      {
        kind: 'inspect',
        reason: 'listed-alive',
        containers: [ID],
        names: ['/web'],
        mountIds: [MNT],
        driver: 'overlay2',
        paths: [],
      },
    ],
  ]);
});

describe('any text', () => {
  it('is read without an error, and says nothing that it does not hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const message = classifyMessage(text);
        expect(message.containers).toEqual([]);
        expect(message.cause).toBe('other');
      }),
    );
  });

  const fragment = fc.constantFrom(
    ...[
      'a',
      '0',
      ' ',
      '\n',
      '\t',
      '\\',
      '"',
      "'",
      '/',
      ':',
      '[',
      '{',
      '- ',
      ID,
      `${ID}\n`,
      'remove /',
      "remove '/",
      '"/',
      'container ',
    ],
    ...[
      'No such container: ',
      'btrfs snapshot /',
      'umount: x',
      'failed to remove containers: [',
      '/containers/a?',
      '/sys/fs/cgroup/',
    ],
    ...[
      'unlinkat /a\n',
      'destroy -r ',
      `${BUSY} `,
      'msg="',
      'time="',
      '1 2 0:3 / / rw ',
      'x on /',
      ' on / type x (',
      '\u001b[',
      'a\n',
      '12345678901\n',
    ],
  );

  it('takes linear time: a megabyte of any repetition is read to its end', () => {
    fc.assert(
      fc.property(fc.array(fragment, { minLength: 1, maxLength: 3 }), (fragments) => {
        const piece = fragments.join('');
        const text = piece.repeat(Math.ceil(2 ** 20 / piece.length));
        expect(classifyMessage(text).cause).toMatch(/^(?:busy-mount|device-busy|other)$/);
      }),
      { numRuns: 40 },
    );
  });
});
