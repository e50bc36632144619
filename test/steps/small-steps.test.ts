import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { assert } from '../../src/steps/assert/step.ts';
import { command } from '../../src/steps/command/step.ts';
import { daemonReload } from '../../src/steps/daemon_reload/step.ts';
import { fakeHost } from './fake-host.ts';
import { pendingChange, planCases } from './plan-cases.ts';

describe('assert', () => {
  planCases(assert, [
    { name: 'holds', args: { that: true, message: 'm', todo: 't' }, answers: {} },
    {
      name: 'fails the host with its message',
      args: { that: false, message: '2 containers are stuck', todo: 't' },
      answers: {},
      refusal: '2 containers are stuck',
    },
  ]);
});

describe('daemon_reload', () => {
  const args = { unit: 'docker.service' };
  const answers = (why: string) => ({ 'steps/daemon_reload/probe.sh': why });
  const summary = 'systemctl daemon-reload: the files of docker.service have changed';
  planCases(daemonReload, [
    { name: 'is ok where systemd has read all', args, answers: answers('') },
    {
      name: 'reloads where it has not',
      args,
      answers: answers('/etc/systemd/system/docker.service.d/x.conf is not loaded\n'),
      changes: [summary],
    },
    {
      name: 'predicts that a pending drop-in needs it',
      args,
      answers: answers(''),
      pending: [pendingChange('file /etc/systemd/system/docker.service.d/x.conf')],
      changes: [summary],
    },
    {
      name: "does not mind another unit's drop-in",
      args,
      answers: answers(''),
      pending: [pendingChange('file /etc/systemd/system/ntpd.service.d/x.conf')],
    },
    {
      name: 'needs systemd',
      args,
      answers: { 'steps/daemon_reload/probe.sh': { code: 127, stderr: 'systemctl: not found' } },
      fails: /systemctl: not found/,
    },
  ]);
});

describe('command', () => {
  const args = { check: 'test -e "$1"', run: 'touch "$1"', undo: 'rm "$1"', args: ['/x'] };
  const answers = (code: number) => ({ 'steps/command/probe.sh': { code, stdout: 'said\n', stderr: 'oops' } });
  planCases(command, [
    { name: 'is ok where its check says so', args, answers: answers(0), output: { needed: false, stdout: 'said' } },
    {
      name: 'runs where its check asks for it',
      args,
      answers: answers(1),
      changes: ['run: touch "$1" /x'],
      output: { needed: true },
    },
    {
      name: 'a broken check is a failure, not a need',
      args,
      answers: answers(127),
      fails: /check failed with exit code 127: oops/,
    },
    { name: 'without a check it may be needed', args: { run: 'x', args: [] }, answers: {}, changes: ['run: x'] },
    {
      name: 'without a check it is done once it was run',
      args: { run: 'x', args: [] },
      answers: {},
      done: [pendingChange('command x')],
    },
  ]);

  test('a program that begins alike is another command: what is pending of one is none of the other', () => {
    const plan = (run: string, pending: readonly Change[]) =>
      command.plan({ ...args, run }, { needed: true, stdout: '' }, { pending, done: [] }).changes;
    const pending = plan('set -e\ntouch /a', []);
    expect(plan('set -e\ntouch /a', pending)).toEqual([]);
    expect(plan('set -e\ntouch /b', pending)).toHaveLength(1);
    expect(pending[0]?.resource).not.toContain('\n');
  });

  test('only without a check is it a may', async () => {
    const plan = async (of: { check?: string; run: string; args: string[] }) =>
      command.plan(of, await command.probe(fakeHost(answers(1)), of), { pending: [], done: [] }).changes[0]?.may;
    expect(await plan({ run: 'x', args: [] })).toBe(true);
    expect(await plan(args)).toBe(false);
  });

  test('without an undo it is named irreversible; with one it is not', () => {
    const reason = (undo: string | undefined) => {
      const of = { run: 'x', args: [], ...(undo === undefined ? {} : { undo }) };
      const [change] = command.plan(of, { needed: true, stdout: '' }, { pending: [], done: [] }).changes;
      return change && command.undo.kind === 'reverse' ? command.undo.irreversible?.(change) : 'no change';
    };
    expect(reason(undefined)).toBe('the playbook gives no undo for this command');
    expect(reason('y')).toBeUndefined();
  });
});
