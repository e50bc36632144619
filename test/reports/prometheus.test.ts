import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import type { Holder } from '../../src/docker/holder.ts';
import { HOLDER_KINDS, prometheusReport } from '../../src/reports/prometheus.ts';
import { audit, fleet, hostile, hostReport, interrupted, report, run } from './sample-reports.ts';

const reports = { audit, run, interrupted };

describe('metrics', () => {
  test.each(Object.entries(reports))('of %s', async (name, sample) => {
    await expect(prometheusReport(sample())).toMatchFileSnapshot(`../golden/report-${name}.prom`);
  });

  test('a check counts what a run would take away: it is there still', () => {
    const gone = run().hosts.flatMap((host) => host.gone);
    const of = (kind: 'check' | 'run') => prometheusReport(report([hostReport('a', { gone })], { kind }));
    expect(of('check')).toContain('unwedge_stuck_containers{report="check"} 1\n');
    expect(of('run')).toContain('unwedge_stuck_containers{report="run"} 0\n');
  });

  test('a run that fails keeps what the file says of the last success, of the same labels', () => {
    const good = report([hostReport('a')]);
    const bad = report([hostReport('a', { status: 'failed' })], { finishedAt: '2024-06-02T03:00:00.000Z' });
    const labels = { schedule: 'nightly' };
    const before = prometheusReport(good, { labels });
    const line = 'unwedge_last_success_timestamp_seconds{report="audit",schedule="nightly"} 1717210807.5\n';
    expect(before).toContain(line);
    expect(prometheusReport(bad, { labels, before })).toContain(line);
    expect(prometheusReport(bad, { before })).not.toContain('unwedge_last_success');
    expect(prometheusReport(bad, { labels, before: 'unwedge_last_success broken' })).not.toContain(
      'unwedge_last_success',
    );
  });

  test('one container that two hold is one, and every one who holds it counts', () => {
    const [stuck] = audit().hosts[0]?.findings ?? [];
    const held = (namespace: string, kind: string): Finding => {
      if (stuck === undefined) throw new Error('the audit has a finding');
      return { ...stuck, data: { ...stuck.data, holder: { kind, name: kind }, mounts: [{ namespace }] } };
    };
    const findings = [held('1', 'unit'), held('1', 'unit'), held('2', 'unit'), held('3', 'dockerd')];
    const text = prometheusReport(report([hostReport('a', { findings })]));
    expect(text).toContain('unwedge_stuck_containers{report="audit"} 1\n');
    expect(text).toContain('unwedge_holders{report="audit",kind="unit"} 2\n');
    expect(text).toContain('unwedge_holders{report="audit",kind="dockerd"} 1\n');
  });

  test('knows every kind of holder', () => {
    const kinds: Record<Holder['kind'] | 'thread', true> = {
      ...{ host: true, dockerd: true, container: true, unit: true },
      ...{ shim: true, process: true, thread: true, nobody: true },
    };
    expect(HOLDER_KINDS.toSorted()).toEqual(Object.keys(kinds).toSorted());
  });

  test('of any text of a host is one line a sample', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const lines = prometheusReport(report([hostReport(text, { groups: [text], findings: [] })])).trimEnd();
        for (const line of lines.split('\n'))
          expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{([a-z]+="([^"\\\n]|\\["\\])*",?)+\} [-0-9.e+]+)$/u);
      }),
    );
  });
});

describe.skipIf(spawnSync('promtool', ['--version']).error !== undefined)('promtool check metrics', () => {
  const samples = { ...reports, hostile, 'a fleet of 1,000': () => fleet(1000) };

  test.each(Object.entries(samples))('has nothing to say of %s', (_, sample) => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: prometheusReport(sample()),
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
