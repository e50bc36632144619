import { describe, expect, test } from 'vitest';
import { type RestartArgs, refusalToRestart } from '../../src/steps/restart_holders/refusal.ts';
import { restartHolders } from '../../src/steps/restart_holders/step.ts';
import {
  assist,
  daemonAnswers,
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
} from '../docker/world.ts';
import { fakeHost } from './fake-host.ts';
import { type PlanCase, pendingChange, planCases } from './plan-cases.ts';

const args: RestartArgs = { kinds: ['container', 'service'], never: [], timeout: 90 };
const ntpd: Record<string, readonly FakeProcess[]> = {
  '3000': [{ pid: 77, cgroup: '/system.slice/ntpd.service', command: 'ntpd' }],
};
const inNtpd = (name: string, more: Partial<FakeMount> = {}): FakeMount => ({
  namespace: '3000',
  mountpoint: shmOf(name),
  ...more,
});
const shell: Record<string, readonly FakeProcess[]> = {
  '4000': [{ pid: 99, cgroup: '/user.slice/user-0.slice/session-3.scope', command: 'bash' }],
};
const inShell = (name: string): FakeMount => ({ namespace: '4000', mountpoint: shmOf(name) });

/** `systemctl show`, as probe.sh prints it. */
const unit = (name: string, more: Record<string, string> = {}): string =>
  Object.entries({
    ...{ LoadState: 'loaded', ActiveState: 'active', Type: 'simple', MainPID: '77' },
    ...{ FragmentPath: `/lib/systemd/system/${name}`, RefuseManualStop: 'no', RefuseManualStart: 'no' },
    ...{ TimeoutStopUSec: '1min 30s', TimeoutStartUSec: '1min 30s', ControlGroup: `/system.slice/${name}` },
    ...{ RequiredBy: '', RequisiteOf: '', BoundBy: '', ConsistsOf: '', ...more },
  })
    .map(([key, value]) => `unit\t${name}\t${key}=${value}\n`)
    .join('');
interface Asked {
  readonly pid?: number;
  readonly paused?: boolean;
  readonly autoRemove?: string;
  readonly stopTimeout?: string;
  readonly labels?: string;
}
const container = (name: string, more: Asked = {}): string =>
  `${['container', id(name), more.pid ?? 389, more.paused ?? false, more.autoRemove ?? 'false', more.stopTimeout ?? 'null', more.labels ?? '{}'].join('\t')}\n`;

const answers = (mounts: string, probe: string, containers: readonly FakeContainer[] = []) => ({
  ...daemonAnswers({ containers: [dead('victim'), running('assist', 389), ...containers] }),
  'docker/mounts.sh': mounts,
  'steps/restart_holders/probe.sh': probe,
});
const heldByAssist = (probe: string) => answers(mountsOutput([inAssist('victim')], assist), probe);
const heldByNtpd = (probe: string) => answers(mountsOutput([inNtpd('victim')], ntpd), probe);

const whoAssist = `container assist (${id('assist').slice(0, 12)}, pid 389)`;
const restartAssist = (stuck = 'victim', seconds = 10) =>
  `restart ${whoAssist}, which holds ${stuck}: it has ${seconds} s to stop before docker kills it, and is started again`;
const restartNtpd =
  'restart unit ntpd.service (pid 77), which holds victim: it has 1min 30s to stop and 1min 30s to start';
const left = (who: string, why: string) => `left alone: ${who}: ${why}`;

describe('restart_holders', () => {
  planCases(restartHolders, [
    { name: 'nothing is held', args, answers: answers(mountsOutput([]), '') },
    {
      name: 'a container',
      args,
      answers: heldByAssist(container('assist')),
      changes: [restartAssist()],
      stops: [1],
      output: { restarted: 1, left: 0 },
    },
    {
      name: 'a container that wants longer for its stop',
      args,
      answers: heldByAssist(container('assist', { stopTimeout: '60' })),
      changes: [restartAssist('victim', 60)],
    },
    {
      ...{ name: 'a service', args, answers: heldByNtpd(unit('ntpd.service')) },
      ...{ changes: [restartNtpd], stops: [undefined] },
    },
    {
      name: 'what systemd restarts along with a service is told; what does not run stays down',
      args,
      answers: heldByNtpd(
        unit('ntpd.service', { RequiredBy: 'a.service off.service', ConsistsOf: 'b.service' }) +
          unit('a.service', { BoundBy: 'c.service ntpd.service' }) +
          unit('b.service') +
          unit('c.service') +
          unit('off.service', { ActiveState: 'inactive' }),
      ),
      changes: [`${restartNtpd}; systemd restarts a.service, b.service, c.service along with it`],
    },
    {
      name: 'each holder once, whatever it holds',
      args,
      answers: answers(
        mountsOutput([inAssist('victim'), inAssist('second'), inNtpd('second')], { ...assist, ...ntpd }),
        container('assist') + unit('ntpd.service'),
        [dead('second')],
      ),
      changes: [restartAssist('victim, second'), restartNtpd.replace('victim', 'second')],
    },
    {
      name: 'only the kinds that are asked for; and then not the other one either, which would free nothing',
      args: { ...args, kinds: ['service'] },
      answers: answers(
        mountsOutput([inAssist('victim'), inNtpd('victim')], { ...assist, ...ntpd }),
        container('assist') + unit('ntpd.service'),
      ),
      notes: [
        left(whoAssist, 'the playbook restarts no containers'),
        left('unit ntpd.service (pid 77)', `a restart would free nothing: victim is held by ${whoAssist}, too`),
      ],
      output: { restarted: 0, left: 2 },
    },
    {
      name: 'a bare process is left alone, and who holds the same container with it',
      args,
      answers: answers(
        mountsOutput([inShell('victim'), inNtpd('victim'), inNtpd('second')], { ...shell, ...ntpd }),
        unit('ntpd.service'),
        [dead('second')],
      ),
      changes: [restartNtpd.replace('victim', 'victim, second')],
      notes: [
        left(
          'process bash (pid 99)',
          'it is no service and no container: end or restart the program that holds it (pid 99), as its owner sees fit',
        ),
      ],
    },
    {
      name: 'nothing is restarted while the host has the mount: it would copy it again',
      args,
      answers: answers(
        mountsOutput([inNtpd('victim'), { namespace: host.init, mountpoint: shmOf('victim') }], ntpd),
        unit('ntpd.service'),
      ),
      notes: [
        left(
          "the host's own namespace",
          'it is unmounted there: a step `umount: { namespaces: [host, dockerd] }` comes first',
        ),
        left('unit ntpd.service (pid 77)', "it would copy the mount again, which is still in the host's own namespace"),
      ],
    },
    {
      name: 'an umount on the host that is to come counts',
      args,
      answers: answers(
        mountsOutput([inNtpd('victim'), { namespace: host.init, mountpoint: shmOf('victim') }], ntpd),
        unit('ntpd.service'),
      ),
      pending: [pendingChange(`mount mnt:[1000] 201 ${shmOf('victim')}`)],
      changes: [restartNtpd],
    },
    {
      name: 'one that is to be unmounted in the holder needs no restart',
      args,
      answers: heldByNtpd(unit('ntpd.service')),
      pending: [pendingChange(`mount mnt:[3000] 200 ${shmOf('victim')}`)],
    },
    {
      name: 'one that was restarted and has the mounts again is not restarted for ever',
      args,
      answers: heldByNtpd(unit('ntpd.service')),
      done: [pendingChange('holder unit ntpd.service')],
      refusal: 'unit ntpd.service (pid 77) was restarted and has the stale mounts again',
    },
  ]);

  describe('who is never restarted', () => {
    const refused = (name: string, probe: string, why: string, more: Partial<PlanCase> = {}): PlanCase => ({
      name,
      args,
      answers: probe.startsWith('unit') ? heldByNtpd(probe) : heldByAssist(probe),
      notes: [left(probe.startsWith('unit') ? 'unit ntpd.service (pid 77)' : whoAssist, why)],
      ...more,
    });
    const ofUnit = (more: Record<string, string>, why: string) =>
      refused(`a service: ${why}`, unit('ntpd.service', more), why);
    const ofContainer = (more: Asked, why: string) => refused(`a container: ${why}`, container('assist', more), why);
    planCases(restartHolders, [
      ofUnit({ LoadState: 'masked' }, 'systemd could not start it again: it is masked'),
      ofUnit({ ActiveState: 'reloading' }, 'it is reloading'),
      ofUnit({ Type: 'oneshot' }, 'it does its work once (Type=oneshot), and a restart would do it again'),
      ofUnit({ MainPID: '0' }, 'systemd knows no main process of it'),
      ofUnit({ FragmentPath: '' }, 'it has no unit file: once stopped, it is gone'),
      ofUnit({ FragmentPath: '/run/systemd/transient/ntpd.service' }, 'it has no unit file: once stopped, it is gone'),
      ofUnit({ KillMode: 'process' }, 'a restart leaves its other processes running (KillMode=process)'),
      ofUnit({ Delegate: 'yes' }, "it runs others' processes in control groups of its own (Delegate=yes)"),
      ofUnit({ RefuseManualStop: 'yes' }, 'its unit says RefuseManualStop=yes'),
      ofUnit({ TimeoutStopUSec: '15min' }, 'its stop may take 15min, longer than 90 s (timeout)'),
      ofUnit({ TimeoutStopUSec: 'infinity' }, 'its stop may take infinity, longer than 90 s (timeout)'),
      ofUnit({ TimeoutStopUSec: '1min 30s 1ms' }, 'its stop may take 1min 30s 1ms, longer than 90 s (timeout)'),
      ofUnit(
        { ControlGroup: '/lxc/db/system.slice/ntpd.service' },
        "process ntpd (pid 77) belongs to a unit of another systemd than the host's",
      ),
      refused(
        'what would take docker along',
        unit('ntpd.service', { RequiredBy: 'docker.service' }) + unit('docker.service'),
        'systemd would restart docker.service along with it',
      ),
      refused(
        'what would take a target along',
        unit('ntpd.service', { RequiredBy: 'multi-user.target' }) + unit('multi-user.target'),
        'systemd would restart multi-user.target along with it',
      ),
      refused(
        'what would take along who is never to be restarted',
        unit('ntpd.service', { RequiredBy: 'billing.service' }) + unit('billing.service'),
        'systemd would restart billing.service along with it',
        { args: { ...args, never: ['bill*'] } },
      ),
      refused('a service of the list', unit('ntpd.service'), 'the playbook says never: ntp?', {
        args: { ...args, never: ['x', 'ntp?'] },
      }),
      refused('a container of the list, by its id', container('assist'), `the playbook says never: ${id('assist')}`, {
        args: { ...args, never: [id('assist')] },
      }),
      ofContainer({ paused: true }, 'it is paused'),
      ofContainer({ pid: 0 }, 'docker does not tell that it runs'),
      ofContainer(
        { autoRemove: 'true' },
        'it was started with --rm: if it did not start again, docker would remove it and its anonymous volumes',
      ),
      ofContainer({ stopTimeout: '91' }, 'its stop may take 91 s, longer than 90 s (timeout)'),
      ofContainer({ stopTimeout: '-1' }, 'its stop may take any time, longer than 90 s (timeout)'),
      ofContainer(
        { labels: '{"io.kubernetes.pod.name":"agent-x","io.kubernetes.pod.namespace":"kube-system"}' },
        'the kubelet manages it: kubectl delete pod agent-x -n kube-system',
      ),
      ofContainer(
        { labels: '{"com.docker.swarm.service.name":"agent"}' },
        'swarm manages it: docker service update --force agent',
      ),
      refused(
        'one whose network another lives in',
        `${container('assist')}sharer\t/web\tcontainer:${id('assist')}\n`,
        `container web shares its namespaces (container:${id('assist').slice(0, 12)}) and would lose them`,
      ),
      refused(
        'one that somebody has entered',
        container('assist'),
        'process bash (pid 1234) is in the same mount namespace',
        {
          answers: answers(
            mountsOutput([inAssist('victim')], {
              '2000': [
                ...(assist['2000'] ?? []),
                { pid: 1234, cgroup: '/user.slice/x.scope', command: 'bash', start: '9999' },
              ],
            }),
            container('assist'),
          ),
        },
      ),
    ]);

    test.each([
      ...['docker', 'containerd', 'kubelet', 'sshd', 'ssh', 'dbus', 'dbus-broker', 'systemd-udevd', 'systemd-logind'],
      ...['crio', 'k3s-agent', 'NetworkManager', 'firewalld', 'getty@tty1', 'user@1000', 'ssh@7', 'docker-latest'],
      ...[
        'origin-node',
        'atomic-openshift-node',
        'snap.microk8s.daemon-kubelite',
        'k0scontroller',
        'rke2-agent',
        'nomad',
      ],
      ...['mesos-slave', 'ceph-osd@3', 'glusterd', 'tinysshd@1', 'sshd-unix-local@1'],
    ])('%s.service', async (name) => {
      const service = `${name}.service`;
      const where = { '3000': [{ pid: 77, cgroup: `/system.slice/${service}`, command: 'x' }] };
      const session = fakeHost(answers(mountsOutput([inNtpd('victim')], where), unit(service)));
      const planned = restartHolders.plan(args, await restartHolders.probe(session, args), { pending: [], done: [] });
      expect(planned.changes).toEqual([]);
      expect(planned.notes).toHaveLength(1);
    });

    test.each([
      ...['dockerd', 'containerd', 'containerd-shim', 'containerd-shim-', 'kubelet', 'k3s-server', 'crio'],
      ...['hyperkube', 'openshift', 'kubelite', 'k0s', 'rke2', 'mesos-slave', 'nomad', 'ceph-osd', 'glusterd'],
    ])('a service of any name with %s inside', async (command) => {
      const where = { '3000': [{ pid: 77, cgroup: '/system.slice/ntpd.service', command }] };
      const session = fakeHost(answers(mountsOutput([inNtpd('victim')], where), unit('ntpd.service')));
      const facts = await restartHolders.probe(session, args);
      const holding = { holder: { kind: 'unit', unit: 'ntpd.service' }, mounts: facts.view.stale } as const;
      expect(refusalToRestart(holding, args, facts)).toBe(`${command} (pid 77) lives in its mount namespace`);
    });
  });

  test('apply gets its main process, its limits, and each mount with a process that has it', async () => {
    const session = fakeHost(heldByNtpd(unit('ntpd.service')));
    const [change] = restartHolders.plan(args, await restartHolders.probe(session, args), {
      pending: [],
      done: [],
    }).changes;
    expect(change?.data.argv.slice(0, 10)).toEqual([
      ...['unit', 'ntpd.service', '77', '90', '90', '52'],
      ...[id('victim'), '77', '4711', '3000'],
    ]);
    expect(change?.data.argv[10]).toMatch(/^200 100 0:72 \/ \/var\/lib\/docker\/.* - tmpfs shm rw,size=65536k$/);
    expect(change?.resource).toBe('holder unit ntpd.service');
    expect(session.asked.at(-1)).toEqual(['steps/restart_holders/probe.sh', 'unit:ntpd.service']);
  });
});
