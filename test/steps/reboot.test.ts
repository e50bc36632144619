import { describe, expect, test } from 'vitest';
import { reboot } from '../../src/steps/reboot/step.ts';
import { rmDead } from '../../src/steps/rm_dead/step.ts';
import { assist, daemonAnswers, dead, id, inAssist, mountsOutput, running, shmOf } from '../docker/world.ts';
import { fakeHost } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const args = { allow: true, only_if_stuck: true, timeout: 600, together: false };
const probe = (...rows: string[]) => ['boot\t11-22', 'enabled\tdocker.service', ...rows, ''].join('\n');
const containers = [dead('victim'), running('assist', 389)];
const answers = (told = probe(), mounts = mountsOutput([inAssist('victim')], assist), more = {}) => ({
  ...daemonAnswers({ containers, ...more }),
  'docker/mounts.sh': mounts,
  'steps/reboot/probe.sh': told,
});
const web = `running\t${id('web')}\talways\t/web`;
const once = `running\t${id('once')}\tno\t/once`;
const job = `running\t${id('job')}\ton-failure\t/job`;
const isHeld = `victim (${id('victim').slice(0, 12)}) is held by container assist (${id('assist').slice(0, 12)}, pid 389)`;

describe('reboot', () => {
  planCases(reboot, [
    { name: 'not where nothing is stuck', args, answers: answers(probe(), mountsOutput([])), output: { stuck: 0 } },
    {
      name: 'not where an umount that is to come frees it',
      args,
      answers: answers(),
      pending: [pendingChange(`mount mnt:[2000] 200 /rootfs${shmOf('victim')}`)],
    },
    {
      name: 'where a mount keeps a container stuck, and says what it stops',
      args,
      answers: answers(probe(web, once, job, 'login\troot\tpts/0', 'login\tops\ttty1')),
      changes: [
        'reboot the host, which stops 3 running containers, of which once, job will or may stay down (no restart policy, or only on failure), and ends 2 logins (root on pts/0, ops on tty1)',
      ],
      notes: [isHeld],
      output: { stops: 3, stuck: 1 },
    },
    {
      name: 'not where a program blocks shutdown, which is named',
      args,
      answers: answers(probe('blocked\tapt 0 root 411 apt shutdown APT is installing packages block')),
      refusal:
        'a program blocks shutdown, and systemd would refuse to reboot: apt 0 root 411 apt shutdown APT is installing packages block',
      notes: [isHeld],
    },
    {
      name: 'one that stops nothing',
      args,
      answers: answers(),
      changes: ['reboot the host, which stops no container'],
    },
    {
      name: 'without leave it tells what it would stop, and refuses',
      args: { ...args, allow: false },
      answers: answers(probe(web)),
      refusal:
        /^only a reboot is left for this host, and the playbook does not allow it: it stops 1 running container$/,
      notes: [isHeld],
    },
    {
      name: 'without leave a host where nothing is stuck is ok',
      args: { ...args, allow: false },
      answers: answers(probe(), mountsOutput([])),
    },
    {
      name: 'not where docker would not be started at boot',
      args,
      answers: answers('boot\t11-22\n'),
      refusal: /^docker is not started at boot/,
    },
    {
      name: 'a Kubernetes node is to be drained before',
      args,
      answers: answers(probe(), mountsOutput([inAssist('victim')], assist), { kubernetes: 'kubelet runs, pid 9' }),
      changes: ['reboot the host, which stops no container'],
      notes: [isHeld, 'this is a Kubernetes node (kubelet runs, pid 9): drain it before (kubectl drain NODE)'],
    },
    {
      name: 'on demand wherever it is asked for',
      args: { ...args, only_if_stuck: false },
      answers: answers(probe(web), mountsOutput([])),
      changes: ['reboot the host, which stops 1 running container'],
      stops: [1],
    },
    {
      name: 'and is then done',
      args: { ...args, only_if_stuck: false },
      answers: answers(probe(), mountsOutput([])),
      done: [pendingChange('host boot')],
    },
    {
      name: 'the kernel must tell its boot',
      args,
      answers: answers('enabled\tdocker.service\n'),
      fails: /no id of its boot/,
    },
    {
      name: 'docker must tell what runs',
      args,
      answers: { ...answers(), 'steps/reboot/probe.sh': { code: 124, stderr: '' } },
      fails: /^what a reboot would stop is not told: exit code 124$/,
    },
  ]);

  const planned = async (told: string, given = args) => {
    const host = fakeHost({ ...answers(told), 'steps/reboot/apply.sh': '', 'steps/reboot/probe-up.sh': '' });
    const { changes } = reboot.plan(given, await reboot.probe(host, given), { pending: [], done: [] });
    const [change] = changes;
    if (change === undefined) throw new Error('no reboot was planned');
    return { host, change };
  };

  test('what runs again by its policy is waited for, for as long as the playbook says', async () => {
    const { host, change } = await planned(probe(web, once, job), { ...args, timeout: 77 });
    expect(reboot.absence?.within(change)).toBe(77);
    await reboot.apply(host, change);
    expect(await reboot.absence?.missing(host, change)).toBeUndefined();
    expect(host.asked.slice(-2)).toEqual([
      ['steps/reboot/apply.sh', '11-22', id('victim')],
      ['steps/reboot/probe-up.sh', '11-22', id('web')],
    ]);
  });

  test('what is missing is told as the host tells it', async () => {
    const { change } = await planned(probe());
    const host = fakeHost({ 'steps/reboot/probe-up.sh': { code: 1, stderr: 'the Docker daemon does not answer\n' } });
    expect(await reboot.absence?.missing(host, change)).toBe('the Docker daemon does not answer');
  });

  test('no mount outlives it: a check predicts what can be removed then, and not what docker will have forgotten', async () => {
    const later = [dead('victim'), dead('second'), running('assist', 389)];
    const mounts = mountsOutput([inAssist('victim'), inAssist('second')], assist);
    const host = fakeHost({ ...answers(probe(`forgotten\t${id('second')}`), mounts, { containers: later }) });
    const { changes } = reboot.plan(args, await reboot.probe(host, args), { pending: [], done: [] });
    const after = rmDead.plan({}, await rmDead.probe(host, {}), { pending: changes, done: [] });
    expect(after.changes.map(({ resource }) => resource)).toEqual([`container ${id('victim')}`]);
  });
});
