import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { Finding } from '../../src/core/finding.ts';
import { openJournal } from '../../src/journal/journal-file.ts';
import { csvReport } from '../../src/reports/csv.ts';
import { reportOf } from '../../src/reports/fold-report.ts';
import { fleetOf } from '../../src/reports/html/fleet.ts';
import { verdict } from '../../src/reports/html/words.ts';
import { markdownReport } from '../../src/reports/markdown.ts';
import { printed } from '../reporters/captured.ts';
import { dropIn, Script } from '../reporters/scenarios.ts';
import { unwedge } from '../unwedge.ts';

const restart: Change = {
  ...{ resource: 'unit docker.service', summary: 'restart docker.service', before: null, after: null },
  ...{ risk: 'daemon-restart', stops: 3, down: ['agent', 'app'] },
};
const stuck: Finding = {
  ...{ code: 'UW001', severity: 'critical', subject: 'container victim (b7dfb873b6cd)' },
  ...{ message: 'victim (b7dfb873b6cd) is stuck', remedy: 'r', evidence: [] },
};

/** A drop-in, and a restart for it; nothing looks for stuck containers. */
const rollout = (mode: 'check' | 'run') => {
  const script = new Script().started(mode, ['web-1', 'web-2']).host('web-1').step('web-1', 'dropin', 0);
  script.planned('web-1', 'dropin', [dropIn]);
  if (mode === 'run') script.applied('web-1', 'dropin', 0, dropIn);
  script.stepEnds('web-1', 'dropin', 'changed', 1).step('web-1', 'restart', 1).planned('web-1', 'restart', [restart]);
  if (mode === 'run') script.applied('web-1', 'restart', 1, restart);
  script.stepEnds('web-1', 'restart', 'changed', 1).hostEnds('web-1', 'changed', 2);
  return script.host('web-2').hostEnds('web-2', 'ok').ended();
};
const told = (kind: 'check' | 'run', events = rollout(kind)) => {
  const report = reportOf(kind, events);
  return { report, fleet: fleetOf(report), verdict: verdict(report, fleetOf(report)) };
};

describe('a playbook that does not look for stuck containers', () => {
  it('has a report that says so, and of no host that nothing was found', () => {
    const { fleet, verdict: sentences } = told('run');
    expect(sentences[0]).toBe('This run did not look for stuck containers.');
    expect(fleet.map(({ standing }) => standing)).toEqual(['unchecked', 'unchecked']);
    expect(told('check').verdict[0]).toBe('This dry run did not look for stuck containers.');
    expect(markdownReport(told('run').report)).toMatch(/^# .*: 2 not checked for stuck containers$/m);
  });

  it('that looked on some hosts only says nothing of the others', () => {
    const script = new Script().started('run', ['web-1', 'web-2']).host('web-1').found('web-1', 'scan', []);
    script.hostEnds('web-1', 'ok').host('web-2').hostEnds('web-2', 'ok');
    const { fleet, verdict: sentences } = told('run', script.ended());
    expect(fleet.map(({ standing }) => standing)).toEqual(['clean', 'unchecked']);
    expect(sentences).toEqual([
      'Nothing is stuck or broken on the hosts that were looked at.',
      '1 host not checked for stuck containers.',
    ]);
  });
});

describe('what a run did', () => {
  it('is in its report: the changes, and the containers that are down', () => {
    expect(told('run').verdict.slice(1)).toEqual([
      '2 changes were made on 1 host.',
      '2 containers without a restart policy stayed down on 1 host.',
    ]);
    expect(told('check').verdict.slice(1)).toEqual([
      '2 changes would be made on 1 host.',
      '2 containers without a restart policy would stay down on 1 host.',
    ]);
    expect(markdownReport(told('run').report)).toContain('- `web-1`: `agent`, `app`\n');
  });

  it('does not count what the host has refused, nor what was not begun', async () => {
    const script = new Script().started('run', ['web-1']).host('web-1').step('web-1', 'dropin', 0);
    script.planned('web-1', 'dropin', [dropIn, restart]);
    script.add({ type: 'change.applying', host: 'web-1', seq: 0, step: 'dropin', stepType: 'dropin', change: dropIn });
    script.add({ type: 'change.left', host: 'web-1', seq: 0, reason: 'the disk is full' });
    const { report, fleet } = told('run', script.hostEnds('web-1', 'failed').ended());
    expect(report.hosts[0]?.changes.map(({ state }) => state)).toEqual(['left', 'planned']);
    expect(fleet.map(({ changes }) => changes)).toEqual([0]);
    expect(csvReport(report)).toMatch(/^web-1,,failed,,,,0,/m);
    expect(told('check').fleet.map(({ changes }) => changes)).toEqual([2, 0]);

    const stateDir = mkdtempSync(join(tmpdir(), 'unwedge-'));
    const journal = await openJournal(stateDir, '20240601T030000Z-aaaa');
    for (const event of script.events)
      await journal.append('run' in event ? { ...event, run: '20240601T030000Z-aaaa' } : event);
    await journal.close();
    const { stdout } = await unwedge(['runs', '--state-dir', stateDir]);
    rmSync(stateDir, { recursive: true });
    expect(stdout).toContain('1 failed  0 changes');
  });

  it('is in the last lines of a terminal; a dry run has stopped nothing', async () => {
    const end = await printed('plain', rollout('run'));
    expect(end).toContain('⚠ web-1: 2 containers are down that ran before: agent, app (they have no restart policy)\n');
    expect(end).toContain('  → docker start agent app\n');
    expect(await printed('plain', rollout('check'))).not.toContain('are down that ran before');
  });

  it('no name of a host becomes a command', async () => {
    const script = new Script().started('run', ['a']).host('a').step('a', 'restart', 0);
    script.applied('a', 'restart', 0, { ...restart, down: ['x; reboot'] }).hostEnds('a', 'changed', 1);
    expect(await printed('plain', script.ended())).not.toContain('docker start');
  });

  it('is not contradicted by notes on what it has freed', async () => {
    const story = (mode: 'check' | 'run', left: readonly Finding[]) => {
      const script = new Script().started(mode, ['a']).host('a').step('a', 'scan', 0).found('a', 'scan', [stuck]);
      script.step('a', 'rm_dead', 1).planned('a', 'rm_dead', [], ['victim (b7dfb873b6cd) is held by agent']);
      return script.step('a', 'look', 2).found('a', 'look', left).hostEnds('a', 'changed').ended();
    };
    const notes = /Notes:\n.*\n.*is held by agent/;
    expect(await printed('tree', story('run', []))).not.toMatch(notes);
    expect(await printed('tree', story('run', [stuck]))).toMatch(notes);
    expect(await printed('tree', story('check', []))).toMatch(notes);
  });
});
