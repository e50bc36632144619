import { describe, expect, test } from 'vitest';
import { sysctl } from '../../src/steps/sysctl/step.ts';
import { fakeHost } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

const name = 'fs.may_detach_mounts';
const path = '/etc/sysctl.d/60-unwedge-fs.may_detach_mounts.conf';
const text = '# Written by unwedge. Its journal keeps what was here before.\nfs.may_detach_mounts = 1\n';
const args = { name, value: 1, persist: true, missing: 'fail' };
const written = `file\t644\t0\t0\t${Buffer.from(text).toString('base64')}\ndirectory\n`;
const answers = (
  value: string,
  boot: readonly string[] = [],
  file = 'absent\ndirectory\n',
  kernel = '3.10.0-693.el7',
) => ({
  'steps/sysctl/probe.sh': [`kernel\t${kernel}`, value, ...boot.map((line) => `boot\t${line}`), ''].join('\n'),
  'files/probe.sh': file,
});
const setNow = `set ${name} from 0 to 1`;
const ours = `${path}\t1`;

describe('sysctl', () => {
  planCases(sysctl, [
    {
      name: 'sets it now and for every boot',
      args,
      answers: answers('value\t0'),
      changes: [setNow, `write ${path}`],
      notes: [],
      output: { present: true },
    },
    {
      name: 'refuses what the host cannot take, and writes no file for it',
      args,
      answers: answers('value\t0\nclosed\tit is on a filesystem that is mounted read-only'),
      refusal: 'fs.may_detach_mounts could not be set: it is on a filesystem that is mounted read-only',
    },
    { name: 'is ok where it is set now and at boot', args, answers: answers('value\t1', [ours], written) },
    {
      name: 'changes only what is not so: now',
      args,
      answers: answers('value\t0', [ours], written),
      changes: [setNow],
    },
    { name: 'changes only what is not so: at boot', args, answers: answers('value\t1'), changes: [`write ${path}`] },
    {
      name: 'writes no file where another one sets it, such as runc’s',
      args,
      answers: answers('value\t1', ['/usr/lib/sysctl.d/99-containers.conf\t1']),
    },
    {
      name: 'writes over what an earlier file sets, and tells nothing',
      args,
      answers: answers('value\t1', ['/usr/lib/sysctl.d/50-x.conf\t0']),
      changes: [`write ${path}`],
      notes: [],
    },
    ...['/etc/sysctl.d/99-sysctl.conf', '/etc/sysctl.conf'].map((later) => ({
      name: `tells that ${later} would win at boot`,
      args,
      answers: answers('value\t1', [ours, `${later}\t0`], written),
      notes: [`${later} sets ${name} to 0, and is read after ${path}: it will win at the next boot; change it there`],
    })),
    {
      name: 'minds no file where it is not to persist',
      args: { ...args, persist: false },
      answers: answers('value\t0'),
      changes: [setNow],
    },
    {
      name: 'is refused on a kernel without it',
      args,
      answers: answers('absent'),
      refusal: /^this kernel \(3.10.0-693.el7\) has no fs.may_detach_mounts: RHEL and CentOS have it from 7.4 on/,
    },
    {
      name: 'is ok on a kernel without it where it may be missing, and writes nothing: `sysctl -p` would fail at boot',
      args: { ...args, missing: 'ignore' },
      answers: answers('absent', [], undefined, '6.18.1'),
      notes: ['this kernel (6.18.1) has no fs.may_detach_mounts: since 3.18 a kernel always detaches mounts'],
      output: { present: false },
    },
    {
      name: 'says no more than it knows of another setting that is missing',
      args: { ...args, name: 'fs.other' },
      answers: answers('absent'),
      refusal: /^this kernel \(3.10.0-693.el7\) has no fs.other$/,
    },
    {
      name: 'changes nothing where the file could not be written',
      args,
      answers: answers('value\t0', [], 'absent\nclosed\t/etc is on a filesystem that is read-only\n'),
      refusal: `${path} could not be written: /etc is on a filesystem that is read-only`,
    },
    {
      name: 'foresees what an earlier step would have set',
      args,
      answers: answers('value\t0'),
      pending: [pendingChange(`sysctl ${name}`, { after: '1' })],
      changes: [`write ${path}`],
    },
    {
      name: 'knows the same value with other spaces',
      args: { ...args, name: 'net.ipv4.tcp_rmem', value: '4096  131072\t6291456', persist: false },
      answers: answers('value\t4096 131072 6291456'),
    },
    {
      name: 'does not decide anything from half an answer',
      args,
      answers: { 'steps/sysctl/probe.sh': 'kernel\t3.10\n', 'files/probe.sh': 'absent\n' },
      fails: /came back incomplete/,
    },
  ]);

  test.each([
    ['net.ipv4.conf.eth0/100.forwarding', 'net/ipv4/conf/eth0.100/forwarding'],
    ['net/ipv4/conf/eth0.100/forwarding', 'net/ipv4/conf/eth0.100/forwarding'],
  ])('%s is the setting %s', async (spelled, below) => {
    const host = fakeHost(answers('value\t0'));
    await sysctl.probe(host, { name: spelled, value: 1, persist: true, missing: 'fail' });
    expect(host.asked[0]?.slice(1, 3)).toEqual([below, `/proc/sys/${below}`]);
    expect(host.asked[1]?.[1]).toBe('/etc/sysctl.d/60-unwedge-net.ipv4.conf.eth0-100.forwarding.conf');
  });

  test('the outlook finds the change by its name', async () => {
    const host = fakeHost({ ...answers('value\t0'), 'steps/sysctl/apply.sh': '', 'steps/sysctl/undo.sh': '' });
    const sought = { name, value: '1', persist: false, missing: 'fail' } as const;
    const [change] = sysctl.plan(sought, await sysctl.probe(host, sought), { pending: [], done: [] }).changes;
    if (!change || sysctl.undo.kind !== 'reverse') throw new Error('no change');
    expect(change).toMatchObject({ resource: 'sysctl fs.may_detach_mounts', before: '0', after: '1' });
    await sysctl.apply(host, change);
    const words = ['/proc/sys/fs/may_detach_mounts', '0', '1'];
    expect(host.asked.at(-1)).toEqual(['steps/sysctl/apply.sh', ...words]);
    expect(sysctl.undo.call(change)).toMatchObject({ script: { path: 'steps/sysctl/undo.sh' }, args: words });
  });
});
