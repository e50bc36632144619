import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { parseDaemon } from '../../src/docker/daemon.ts';
import { CATALOGUE, CODES, isCode } from '../../src/docker/finding-catalogue.ts';
import { findingsOf } from '../../src/docker/findings.ts';
import type { Survey } from '../../src/docker/host-survey.ts';
import { parseMounts, staleMounts } from '../../src/docker/stale-mount.ts';
import { parseUses } from '../../src/docker/users.ts';
import {
  assist,
  daemonOutput,
  dead,
  type FakeDaemon,
  type FakeMount,
  type FakeProcess,
  id,
  inAssist,
  mountsOutput,
  running,
  shmOf,
} from './world.ts';

interface World {
  readonly daemon?: FakeDaemon;
  readonly mounts?: readonly FakeMount[];
  readonly processes?: Readonly<Record<string, readonly FakeProcess[]>>;
  readonly locked?: readonly string[];
  /** All namespaces are of threads. */
  readonly ofThreads?: true;
  readonly survey?: Partial<Survey>;
}

/** On a kernel and with a docker of which there is nothing to tell, if nothing else is said. */
function surveyOf({ daemon = {}, mounts = [], processes = {}, locked = [], ofThreads, survey = {} }: World): Survey {
  const parsed = parseDaemon(daemonOutput({ kernel: '6.1.0', ...daemon }));
  const all = parseMounts(mountsOutput(mounts, processes, locked));
  const marked = () => all.placed.map((m) => ({ ...m, namespace: { ...m.namespace, ofThreads: true as const } }));
  const placed = ofThreads ? { ...all, placed: marked() } : all;
  const found = parsed.containers.filter((container) => container.dead);
  return {
    daemon: parsed,
    mounts: placed,
    dead: found,
    stale: staleMounts(placed, parsed, found),
    messages: [],
    kept: [],
    leftovers: [],
    copies: [],
    units: new Map(),
    uses: [],
    ...survey,
  };
}

const found = (world: World): Finding[] => findingsOf(surveyOf(world));

/** EL 7 with the switch off: a copy in any namespace pins. */
const pinning: FakeDaemon = { kernel: '3.10.0-1160.el7', mayDetachMounts: '0' };
const victim = dead('victim');
const VICTIM = `victim (${id('victim').slice(0, 12)})`;
const at = (namespace: string, more: Partial<FakeMount> = {}): FakeMount => ({
  namespace,
  mountpoint: shmOf('victim'),
  ...more,
});
const process = (namespace: string, cgroup: string, command: string, pid = 812) => ({
  [namespace]: [{ pid, cgroup, command }],
});
const asFailed = (words: string) =>
  dead('stone', { error: `unable to remove filesystem for ${id('stone')}: unlinkat ${shmOf('stone')}: ${words}` });

interface Case extends World {
  /** Code, severity and words of the one finding that the case is about. */
  readonly tells: string;
  readonly severity?: Finding['severity'];
  readonly remedy?: RegExp;
}

const STUCK: Readonly<Record<string, Case>> = {
  'by a container, through its bind': {
    daemon: {
      ...pinning,
      containers: [victim, running('assist', 389, { binds: [{ source: '/', destination: '/rootfs' }] })],
    },
    mounts: [inAssist('victim')],
    processes: assist,
    tells: `UW001 ${VICTIM} is stuck: container assist (${id('assist').slice(0, 12)}, pid 389) holds …/mounts/shm through its bind /:/rootfs`,
    remedy: /free-dead-containers.*docker restart assist/,
  },
  'by a service': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('3000')],
    processes: process('3000', '/system.slice/ntpd.service', 'ntpd'),
    tells: `UW002 ${VICTIM} is stuck: unit ntpd.service (pid 812) holds …/mounts/shm`,
    remedy: /systemctl restart ntpd\.service/,
  },
  'by the shim of a container that survived': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('3000')],
    processes: process('3000', '/system.slice/docker.service', 'containerd-shim'),
    tells: `UW003 ${VICTIM} is stuck: the shim of a container (pid 812) holds …/mounts/shm`,
    remedy: /restart the container of that shim when its users can bear it$/,
  },
  'by the shim of a container that is known': {
    daemon: { ...pinning, containers: [victim, running('keeper', 900)] },
    mounts: [at('3000')],
    processes: { 3000: [{ pid: 812, cgroup: '/', command: 'containerd-shim', serves: id('keeper') }] },
    tells: `UW003 ${VICTIM} is stuck: the shim of container keeper (pid 812) holds …/mounts/shm`,
    remedy: /restart the container of that shim when its users can bear it: docker restart keeper$/,
  },
  'by a service that the host lives by': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('3000')],
    processes: process('3000', '/system.slice/systemd-udevd.service', 'systemd-udevd'),
    tells: `UW006 ${VICTIM} is stuck: unit systemd-udevd.service (pid 812) holds …/mounts/shm`,
    remedy:
      /does not restart it, because the host itself lives by it; unwedge run free-dead-containers unmounts the copy/,
  },
  'by a kubelet that is no service': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('3000')],
    processes: process('3000', '/', 'kubelet'),
    tells: `UW006 ${VICTIM} is stuck: process kubelet (pid 812) holds …/mounts/shm`,
    remedy: /neither enters its namespace nor restarts it/,
  },
  'by a process that an ssh session has left in the unit of sshd': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('3000')],
    processes: process('3000', '/system.slice/ssh.service', 'sleep'),
    tells: `UW006 ${VICTIM} is stuck: unit ssh.service (pid 812) holds …/mounts/shm`,
    remedy: /unwedge run free-dead-containers unmounts the copy in its namespace/,
  },
  'by a session of an OpenSSH since 9.8': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('3000')],
    processes: process('3000', '/', 'sshd-session'),
    tells: `UW006 ${VICTIM} is stuck: process sshd-session (pid 812) holds …/mounts/shm`,
    remedy: /neither enters its namespace nor restarts it/,
  },
  'by a container with a kubelet inside': {
    daemon: { ...pinning, containers: [victim, running('kubelet', 812)] },
    mounts: [at('3000')],
    processes: process('3000', `/docker/${id('kubelet')}`, 'hyperkube'),
    tells: `UW006 ${VICTIM} is stuck: container kubelet (${id('kubelet').slice(0, 12)}, pid 812) holds …/mounts/shm`,
    remedy: /neither enters its namespace nor restarts it/,
  },
  'by a container of a pod': {
    daemon: { ...pinning, containers: [victim, running('k8s_app_web-1_shop_uid_0', 812)] },
    mounts: [at('3000')],
    processes: process('3000', `/docker/${id('k8s_app_web-1_shop_uid_0')}`, 'nginx'),
    tells: `UW001 ${VICTIM} is stuck: container k8s_app_web-1_shop_uid_0 (${id('k8s_app_web-1_shop_uid_0').slice(0, 12)}, pid 812) holds …/mounts/shm`,
    remedy: /the kubelet manages it: kubectl delete pod web-1 -n shop$/,
  },
  'by docker itself': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('1000')],
    tells: `UW004 ${VICTIM} is stuck: …/mounts/shm still mounted in the host's own namespace`,
  },
  'by dockerd in a namespace of its own': {
    daemon: { ...pinning, containers: [victim], dockerdNamespace: '1500', mountFlags: 'slave' },
    mounts: [at('1500')],
    tells: `UW004 ${VICTIM} is stuck: …/mounts/shm still mounted in dockerd's namespace`,
  },
  'by the host, outside of which dockerd lives': {
    daemon: { ...pinning, containers: [victim], dockerdNamespace: '1500', mountFlags: 'slave' },
    mounts: [at('1000')],
    tells: `UW005 ${VICTIM} is stuck: …/mounts/shm still mounted in the host's own namespace`,
  },
  'by a process': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('3000')],
    processes: process('3000', '/user.slice/user-0.slice/session-1.scope', 'sleep'),
    tells: `UW007 ${VICTIM} is stuck: process sleep (pid 812) holds …/mounts/shm`,
  },
  'by a thread that has left its process': {
    daemon: { ...pinning, containers: [victim] },
    mounts: [at('3000')],
    processes: process('3000', '/system.slice/backup.service', 'backup'),
    ofThreads: true,
    tells: `UW009 ${VICTIM} is stuck: thread 812 of backup (unit backup.service) holds …/mounts/shm`,
  },
  'perhaps by a namespace that a descriptor keeps': {
    daemon: { ...pinning, containers: [victim] },
    survey: { kept: [{ inode: '4000', by: [{ kind: 'descriptor', pid: 77, fd: 5, command: 'agent' }] }] },
    tells: `UW008 ${VICTIM} is stuck, and a namespace without processes may hold it: mnt:[4000], kept by descriptor 5 of agent (pid 77)`,
  },
  'perhaps by one that a bind keeps; a docker before 17.11 keeps no words': {
    daemon: { ...pinning, containers: [dead('victim', { error: '' })] },
    survey: { kept: [{ inode: '4000', by: [{ kind: 'bind', mountpoint: '/run/x', namespace: '1000' }] }] },
    tells: `UW008 ${VICTIM} is stuck, and a namespace without processes may hold it: mnt:[4000], kept by a bind mount at /run/x`,
  },
  'by nothing any more': {
    daemon: { containers: [victim] },
    tells: `UW010 ${VICTIM} is stuck, and nothing that can be seen holds it`,
  },
  'by a device that is open somewhere': {
    daemon: {
      driver: 'devicemapper',
      containers: [
        dead('victim', {
          error: `container ${id('victim')}: driver "devicemapper" failed to remove root filesystem: failed to remove device ${id('layer')}: Device is Busy`,
        }),
      ],
    },
    tells: `UW011 ${VICTIM} is stuck: docker found its device or dataset open, and no mount of it is seen`,
  },
  'only as long as the removal runs': {
    daemon: { containers: [dead('victim', { status: 'removing' })] },
    tells: `UW012 ${VICTIM} is being removed right now`,
  },
  'whose files a running container has mounted': {
    daemon: { containers: [victim, running('rescue', 77)] },
    survey: {
      uses: parseUses(`use\t${id('victim')}\t3000\t77\tmount /data\t/docker/${id('rescue')}\tsleep\n`),
    },
    tells: `UW013 ${VICTIM} is stuck, and its files are in use, so it is left alone: container rescue (${id('rescue').slice(0, 12)}, pid 77): mount /data`,
  },
};

const OTHER_CAUSES: Readonly<Record<string, string>> = {
  UW101: 'operation not permitted',
  UW102: 'directory not empty',
  UW103: 'input/output error',
  UW104: 'permission denied',
  UW105: 'read-only file system',
  UW106: 'no space left on device',
  UW107: 'no such file or directory',
  UW108: 'devicemapper: Error running DeleteDevice dm_task_run failed',
  UW109: "cannot open 'tank/x': dataset does not exist",
  UW110: 'layer not retained',
  UW111: 'remove /sys/fs/cgroup/memory/x: device or resource busy',
  UW112: 'context deadline exceeded',
  UW113: 'stale file handle',
};

const agent = (propagation: string, source = '/') =>
  running('agent', 9, { binds: [{ source, destination: '/host', propagation }] });
const AGENT = `container agent (${id('agent').slice(0, 12)})`;
const copies = (inode: string, cgroup: string, command: string) => ({
  copies: [
    {
      total: 5,
      lasting: 3,
      namespace: {
        inode,
        locked: false,
        processCount: 1,
        processes: [{ pid: 812, start: '4711', cgroup, command }],
      },
    },
  ],
});

const WAITING: Readonly<Record<string, Case>> = {
  'a bind of / that does not follow': {
    daemon: { ...pinning, containers: [agent('rprivate')] },
    tells: `UW301 ${AGENT} binds /:/host without rslave`,
    remedy: /rslave/,
  },
  "a bind of the kubelet's directory": {
    daemon: { ...pinning, containers: [agent('', '/var/lib/kubelet')] },
    tells: `UW301 ${AGENT} binds /var/lib/kubelet:/host without rslave`,
  },
  'copies in a container, by whatever bind': {
    daemon: { ...pinning, containers: [running('agent', 9)] },
    survey: copies('2000', `/docker/${id('agent')}`, 'agent'),
    tells: `UW301 ${AGENT} has 3 lasting copies of docker's mounts`,
    remedy: /^mount what it binds of the host with rslave/,
  },
  'copies that the kernel detaches': {
    daemon: { containers: [agent('rprivate')] },
    tells: `UW301 ${AGENT} binds /:/host without rslave (this kernel lets go of such copies by itself)`,
    severity: 'info',
  },
  'copies of devices, which no kernel closes': {
    daemon: { driver: 'devicemapper', containers: [agent('rprivate')] },
    tells: `UW301 ${AGENT} binds /:/host without rslave`,
  },
  'a service with private mounts': {
    daemon: pinning,
    survey: {
      ...copies('3000', '/system.slice/ntpd.service', 'ntpd'),
      units: new Map([['ntpd.service', { PrivateTmp: 'yes', MountFlags: '262144', ProtectSystem: 'no' }]]),
    },
    tells:
      "UW302 unit ntpd.service (pid 812) has 3 lasting copies of docker's mounts (MountFlags=private, PrivateTmp=yes)",
    remedy: /systemctl restart ntpd\.service/,
  },
  'the shim of a container that survived': {
    daemon: pinning,
    survey: {
      ...copies('3000', '/system.slice/docker.service', 'containerd-shim'),
      units: new Map([['docker.service', { MountFlags: '524288' }]]),
    },
    tells: "UW303 the shim of a container (pid 812) has 3 lasting copies of docker's mounts",
  },
  'a shell in unshare': {
    daemon: pinning,
    survey: copies('3000', '/user.slice', 'bash'),
    tells: "UW303 process bash (pid 812) has 3 lasting copies of docker's mounts",
  },
  'MountFlags that wait for a restart': {
    daemon: { mountFlags: 'slave' },
    tells: "UW304 MountFlags=slave is configured, but dockerd runs in the host's mount namespace",
  },
  'the number that systemd 219 prints': {
    daemon: { mountFlags: '1048576', systemd: 219 },
    tells: "UW304 MountFlags=shared is configured, but dockerd runs in the host's mount namespace",
  },
  'MountFlags=shared makes a namespace on an old systemd': {
    daemon: { mountFlags: 'shared', systemd: 235 },
    tells: "UW304 MountFlags=shared is configured, but dockerd runs in the host's mount namespace",
  },
  'a namespace that nobody asks for any more': {
    daemon: { dockerdNamespace: '1500' },
    tells: 'UW305 dockerd runs in a mount namespace of its own, but its unit does not ask for that',
  },
  'MountFlags=slave with live-restore': {
    daemon: { mountFlags: 'slave', liveRestoreIn: '/etc/docker/daemon.json' },
    tells: 'UW306 MountFlags=slave is configured, and live-restore is on: docker exec fails after the next restart',
  },
  'MountFlags=slave with a containerd of its own': {
    daemon: { mountFlags: 'slave', dockerdNamespace: '1500', containerd: 'separate' },
    tells:
      'UW307 dockerd runs in a mount namespace of its own, and containerd is a service of its own: no container starts',
  },
  'MountFlags=private': {
    daemon: { mountFlags: '262144', dockerdNamespace: '1500' },
    tells: "UW308 MountFlags=private is configured: dockerd keeps the host's mounts busy for ever",
  },
  'may_detach_mounts off': {
    daemon: pinning,
    tells: 'UW309 fs.may_detach_mounts is 0 (kernel 3.10.0-1160.el7): a mount in any namespace blocks a removal',
    remedy: /detach-mounts/,
  },
  'a kernel that has no such switch': {
    daemon: { kernel: '3.10.0-514.el7' },
    tells: 'UW310 kernel 3.10.0-514.el7 lets a mount in any namespace block a removal, and cannot do otherwise',
  },
  'a docker that forgets': {
    daemon: { version: '17.05.0-ce' },
    tells: 'UW311 docker 17.05.0-ce forgets a container whose docker rm -f fails',
  },
  "one of Red Hat's": {
    daemon: { version: '1.13.1' },
    tells: 'UW311 docker 1.13.1 may forget a container whose docker rm -f fails',
  },
  'live-restore': { daemon: { liveRestore: true }, tells: 'UW312 live-restore is on' },
  Kubernetes: { daemon: { kubernetes: 'kubelet runs, pid 7' }, tells: 'UW313 this is a Kubernetes node' },
  'a namespace that was asked for': {
    daemon: { mountFlags: 'slave', dockerdNamespace: '1500' },
    tells: 'UW314 dockerd runs in a mount namespace of its own (MountFlags=slave)',
  },
  'containerd alone': { daemon: { containerd: 'separate' }, tells: 'UW315 containerd is a service of its own' },
};

const LEFT_BEHIND: Readonly<Record<string, Case>> = {
  'a directory that docker does not know': {
    survey: {
      leftovers: [{ kind: 'container-directory', path: '/d/containers/x', id: id('gone'), hasConfig: false }],
    },
    tells: `UW201 1 directory of containers that docker does not know: ${id('gone').slice(0, 12)}`,
  },
  'layers that docker does not know': {
    survey: {
      leftovers: [
        { kind: 'layer-directory', path: '/d/overlay2/x', layer: id('a') },
        { kind: 'layer-record', path: '/d/image/overlay2/layerdb/mounts/y', id: id('b'), layer: undefined },
      ],
    },
    tells: `UW202 2 directories of layers of containers that docker does not know: ${id('a').slice(0, 12)}, ${id('b').slice(0, 12)}`,
  },
  'only messages': {
    survey: {
      messages: [
        {
          source: 'kernel',
          at: '2026-01-01T00:00:00+0000',
          text: 'device-mapper: thin: Deletion of thin device 65 failed.',
        },
      ],
    },
    tells: 'UW203 no container is stuck, but 1 message of the last day tells of a removal that failed',
  },
};

const told = ({ code, message }: Finding): string => `${code} ${message}`;

describe.each(Object.entries({ stuck: STUCK, waiting: WAITING, 'left behind': LEFT_BEHIND }))('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', (_, { tells, severity, remedy = /./, ...world }) => {
    const all = found(world);
    expect(all.map(told)).toContain(tells);
    const [code = ''] = tells.split(' ');
    const one = all.find((finding) => finding.code === code);
    expect(one?.remedy).toMatch(remedy);
    expect(one?.severity).toBe(severity ?? (isCode(code) ? CATALOGUE[code].severity : undefined));
  });
});

describe('stuck, but by no mount', () => {
  it.each(Object.entries(OTHER_CAUSES))('%s: %s', (code, words) => {
    const [one] = found({ daemon: { containers: [asFailed(words)] } });
    expect(one).toMatchObject({
      code,
      severity: 'critical',
      remedy: `unmount nothing for this; unwedge explain ${code} tells what to do`,
    });
    expect(one?.message).toContain(words);
  });
});

test('MountFlags=shared is no namespace of its own since systemd 236, as with Kolla and storage drivers', () => {
  for (const systemd of [236, 257]) expect(found({ daemon: { mountFlags: 'shared', systemd } })).toEqual([]);
});

test('every code of the catalogue is found in some case', () => {
  const cases = Object.values({ ...STUCK, ...WAITING, ...LEFT_BEHIND });
  const codes = [...cases.map(({ tells }) => tells.slice(0, 5)), ...Object.keys(OTHER_CAUSES)];
  expect(CODES.filter((code) => !codes.includes(code))).toEqual([]);
});

describe('a host where nothing is amiss', () => {
  it('tells nothing', () => {
    expect(found({ daemon: { containers: [running('web', 9)] } })).toEqual([]);
  });

  it.each([
    ['a bind that follows', agent('rslave')],
    ['a shared one', agent('rshared')],
    ['a volume', agent('rprivate', '/var/lib/docker/volumes/data/_data')],
    ['a directory elsewhere', agent('rprivate', '/srv/data')],
    ['a directory whose name begins alike', agent('rprivate', '/var/lib/docker-data')],
    ['a container that does not run', { ...agent('rprivate'), pid: 0, status: 'exited' }],
  ])('%s is no cause', (_, container) => {
    expect(found({ daemon: { ...pinning, containers: [container] } }).map(({ code }) => code)).toEqual(['UW309']);
  });

  it('a reload that is needed lets the files speak', () => {
    const survey = surveyOf({});
    const daemon = {
      ...survey.daemon,
      unit: { ...survey.daemon.unit, NeedDaemonReload: 'yes' },
      mountFlagsIn: [{ file: '/etc/systemd/system/docker.service.d/x.conf', value: 'slave' }],
    };
    expect(findingsOf({ ...survey, daemon }).map(({ code }) => code)).toEqual(['UW304']);
  });
});

describe('the evidence of a stuck container', () => {
  const [one] = found({
    daemon: {
      ...pinning,
      containers: [dead('victim', { finishedAt: '2026-01-02T03:04:05Z' }), running('assist', 389)],
    },
    mounts: [inAssist('victim', { tags: 'master:7' })],
    processes: {
      '2000': Array.from({ length: 7 }, (_, i) => ({
        ...assist['2000']?.[0],
        pid: 389 + i,
        cgroup: `/docker/${id('assist')}`,
        command: 'assist',
        start: String(i),
      })),
    },
    survey: {
      messages: [
        {
          source: 'journal',
          at: '2026-01-02T03:04:06+0000',
          text: `Error removing mounted layer ${id('victim')}: remove ${shmOf('victim')}: device or resource busy`,
        },
        {
          source: 'journal',
          at: '2026-01-02T03:04:07+0000',
          text: `Error removing mounted layer ${id('victim')}: remove ${shmOf('victim')}: device or resource busy`,
        },
        {
          source: 'journal',
          at: undefined,
          text: `Error removing mounted layer ${id('other')}: remove ${shmOf('other')}: device or resource busy`,
        },
      ],
    },
  });

  it('is its identity, what was said, the mount and who is there', () => {
    expect(one?.evidence).toEqual([
      `container ${id('victim')}, image app:1`,
      'it has not been running since 2026-01-02T03:04:05Z',
      `State.Error: unable to remove filesystem for ${id('victim')}: unlinkat ${shmOf('victim')}: device or resource busy [busy-mount, docker 17.06–28.1]`,
      `journal 2026-01-02T03:04:07+0000 (2 times): Error removing mounted layer ${id('victim')}: remove ${shmOf('victim')}: device or resource busy [busy-mount, docker 1.10+]`,
      `mnt:[2000] has it at /rootfs${shmOf('victim')}, follows peer group 7, device 0:72`,
      ...[0, 1, 2, 3, 4].map((i) => `in mnt:[2000]: pid ${389 + i}, start time ${i}, assist`),
      'in mnt:[2000]: 2 more processes',
    ]);
  });

  it('is data, too', () => {
    expect(one?.data).toMatchObject({
      container: { id: id('victim'), name: 'victim', image: 'app:1', since: '2026-01-02T03:04:05Z' },
      said: [
        { source: 'State.Error', cause: 'busy-mount', paths: [shmOf('victim')] },
        { source: 'journal', at: '2026-01-02T03:04:06+0000', containers: [id('victim')] },
        { source: 'journal' },
      ],
      mounts: [
        {
          path: shmOf('victim'),
          mountpoint: `/rootfs${shmOf('victim')}`,
          namespace: '2000',
          propagation: 'follows peer group 7',
        },
      ],
      holder: { kind: 'container', name: 'assist', release: expect.stringContaining('docker restart assist') },
    });
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });

  it('where an umount is refused, the remedy says so and names the next', () => {
    const [refused] = found({
      daemon: { ...pinning, containers: [victim, running('assist', 389)] },
      mounts: [inAssist('victim')],
      processes: assist,
      locked: ['2000'],
    });
    expect(refused?.data?.refused).toEqual([expect.stringContaining('user namespace')]);
    expect(refused?.remedy).toMatch(
      /^restart the container .*docker restart assist \(no umount there: .*user namespace/,
    );
  });
});

describe('the data of a holder', () => {
  const holderOf = (world: World) => found({ daemon: { ...pinning, containers: [victim] }, ...world })[0]?.data?.holder;

  it('names the bind through which a container has the mount', () => {
    expect(holderOf(STUCK['by a container, through its bind'] ?? {})).toMatchObject({
      name: 'assist',
      bind: '/:/rootfs',
    });
  });

  it('is the same on every host: no pid, no id', () => {
    const kinds = [
      { kind: 'unit', name: 'ntpd.service', processes: process('3000', '/system.slice/ntpd.service', 'ntpd') },
      { kind: 'process', name: 'crond', processes: process('3000', '/', 'crond') },
      { kind: 'shim', name: 'shim', processes: process('3000', '/', 'containerd-shim') },
      { kind: 'nobody', name: 'no process', processes: {} },
    ];
    for (const { kind, name, processes } of kinds)
      expect(holderOf({ mounts: [at('3000')], processes })).toMatchObject({ kind, name, bind: null });
    expect(holderOf({ mounts: [at('1000')] })).toMatchObject({ kind: 'host', name: 'the host' });
    expect(holderOf(STUCK['by a thread that has left its process'] ?? {})).toMatchObject({ kind: 'thread' });
  });
});

test('two holders of one container are two findings, the most severe first, in one order whatever comes first', () => {
  const mounts = [at('3000'), at('1000'), inAssist('victim')];
  const world = (order: readonly FakeMount[]): World => ({
    daemon: { ...pinning, liveRestore: true, containers: [victim, running('assist', 389)] },
    mounts: order,
    processes: { ...assist, ...process('3000', '/system.slice/ntpd.service', 'ntpd') },
  });
  expect(found(world(mounts)).map(({ code }) => code)).toEqual(['UW001', 'UW002', 'UW004', 'UW309', 'UW312']);
  fc.assert(
    fc.property(fc.shuffledSubarray(mounts, { minLength: 3 }), (order) => {
      expect(found(world(order)).map(told)).toEqual(found(world(mounts)).map(told));
    }),
  );
});

test('a host with any number of mounts and processes makes no endless report', () => {
  const many = Array.from({ length: 500 }, () => at('3000'));
  const crowd = Array.from({ length: 50 }, (_, i) => ({ pid: i + 10, cgroup: '/user.slice', command: 'x' }));
  const [one] = found({ daemon: { ...pinning, containers: [victim] }, mounts: many, processes: { '3000': crowd } });
  expect(one?.evidence.length).toBeLessThan(40);
  expect(JSON.stringify(one).length).toBeLessThan(30_000);
});

describe('the catalogue', () => {
  it('names playbooks that there are', () => {
    const texts = CODES.flatMap((code) => CATALOGUE[code].todo).join('\n');
    expect(texts).not.toMatch(/\.yaml/);
    const named = new Set([...texts.matchAll(/unwedge run ([\w-]+)/g)].map(([, name]) => name));
    expect(named.size).toBeGreaterThan(3);
    const missing = (name?: string) => !existsSync(new URL(`../../playbooks/${name}.yaml`, import.meta.url));
    expect([...named].filter(missing)).toEqual([]);
  });

  it.each(CODES)('%s is told in whole sentences, and what to do harms nothing (docs/docker-facts.md §8)', (code) => {
    const { title, meaning, todo, sources } = CATALOGUE[code];
    expect(code).toMatch(/^UW[0-3]\d\d$/);
    expect(title).toMatch(/^\S.{10,140}[^.]$/);
    expect(meaning).toMatch(/[.:]$/);
    expect(todo.length).toBeGreaterThan(0);
    expect(sources.length).toBeGreaterThan(0);
    expect(todo.join('\n')).not.toMatch(/rm -r|rm -v|prune|\bkill\b|umount -|layerdb|dmsetup remove|zfs destroy/i);
  });
});
