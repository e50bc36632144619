import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { printed } from './captured.ts';
import * as rollouts from './rollout-scenarios.ts';
import * as scenarios from './scenarios.ts';

const SCENARIOS: Record<string, { events: RunEvent[]; options?: Parameters<typeof printed>[2] }> = {
  'three-hosts': { events: scenarios.threeHosts() },
  'three-hosts-verbose': { events: scenarios.threeHosts(), options: { verbose: 2 } },
  'three-hosts-color': { events: scenarios.threeHosts(), options: { color: true } },
  'three-hosts-check': { events: scenarios.threeHosts('check') },
  '300-hosts': { events: scenarios.manyHosts() },
  'check-fleet-diff': { events: scenarios.checkFleet(), options: { diff: true } },
  'failure-rolled-back': { events: scenarios.failureRolledBack() },
  rollback: { events: scenarios.rollback() },
  'rollout-300': { events: rollouts.stopped() },
  'rollout-3': { events: rollouts.planned(3, [['web-1'], ['web-2', 'web-3']], rollouts.careful).events },
  interrupted: { events: scenarios.interrupted() },
  findings: { events: scenarios.findings() },
  'findings-verbose': { events: scenarios.findings(), options: { verbose: 1 } },
  'findings-check-color': { events: scenarios.findings('check'), options: { color: true } },
  'hostile-text': { events: scenarios.hostileText(), options: { verbose: 2, diff: true } },
};

test.each(Object.entries(SCENARIOS))('plain output of %s', async (name, { events, options }) => {
  await expect(await printed('plain', events, options)).toMatchFileSnapshot(`../golden/plain-${name}.txt`);
});

test('no text of a host steers the terminal or forges a line of another host', async () => {
  const output = await printed('plain', scenarios.hostileText(), { verbose: 2, diff: true });
  expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
  expect(output).not.toMatch(/^web-9/m);
});

test('a run that broke off has no recap, and what happened was told', async () => {
  const events = scenarios.threeHosts().slice(0, -1);
  const output = await printed('plain', events);
  expect(output).toContain('web-1  done  changed\n');
  expect(output).not.toContain('3 hosts: ');
});

test('a host that failed outside of any step is told once, with its reason', async () => {
  const script = new scenarios.Script().started('run', ['web-1']).play(['web-1']);
  const events = script.hostEnds('web-1', 'failed', 0, { message: 'the journal is full', todo: 'make room' }).ended();
  expect(await printed('plain', events)).toContain('web-1  done  failed  the journal is full → make room\n');
});
