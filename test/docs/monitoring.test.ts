import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prometheusReport } from '../../src/reports/prometheus.ts';
import { packageRoot } from '../architecture/project.ts';
import { audit, hostReport, report, run } from '../reports/sample-reports.ts';
import { firstColumns } from './page.ts';

interface Target {
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly targets: readonly Target[];
}

const alerts = readFileSync(`${packageRoot}docs/examples/alerts.yml`, 'utf8');
const dashboard: {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
} = JSON.parse(readFileSync(`${packageRoot}docs/examples/grafana-dashboard.json`, 'utf8'));
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Metric → the labels that it is written with. */
const written = new Map<string, Set<string>>();
for (const text of [audit(), run(), report([hostReport('a')])].map((one) => prometheusReport(one)))
  for (const [, name = '', labels = ''] of text.matchAll(/^(unwedge_\w+)\{([^}]*)\}/gm))
    written.set(
      name,
      new Set([...(written.get(name) ?? []), ...[...labels.matchAll(/(\w+)="/g)].map(([, l = '']) => l)]),
    );

const folder = mkdtempSync(join(tmpdir(), 'unwedge-monitoring-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) console.log('monitoring: promtool is not installed, rules and queries are not checked by it');

function promtool(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

describe('the alert rules and the dashboard in docs/examples', () => {
  it.each(
    [...alerts.matchAll(/^ +expr: (.*)$/gm), ...queries.map((expr) => ['', expr])].map(([, expr = '']) => [expr]),
  )('%s names metrics and labels that there are', (expr) => {
    const used = [...expr.matchAll(/(unwedge_\w+)(?:\{([^}]*)\})?/g)];
    expect(used).not.toEqual([]);
    for (const [, name = '', selector = ''] of used) {
      const asked = [...selector.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
      const grouped = [.../by \(([^)]*)\)/g[Symbol.matchAll](expr)].flatMap(([, list = '']) => list.split(', '));
      expect([...written.keys()]).toContain(name);
      expect([...(written.get(name) ?? [])]).toEqual(expect.arrayContaining([...asked, ...grouped]));
    }
  });

  it('every metric of a run stands in the dashboard, but for when it was', () => {
    const shown = new Set(queries.flatMap((expr) => expr.match(/unwedge_\w+/g) ?? []));
    const left = [...written.keys()].filter((name) => !shown.has(name));
    expect(left).toEqual(['unwedge_hosts_by_severity', 'unwedge_group_findings', 'unwedge_last_run_timestamp_seconds']);
  });

  it('docs/metrics.md has every metric', () => {
    const page = { path: 'docs/metrics.md', text: readFileSync(`${packageRoot}docs/metrics.md`, 'utf8') };
    const told = firstColumns(page, 'Metric').flatMap((cells) =>
      cells.flatMap((cell) => cell.match(/unwedge_\w+/g) ?? []),
    );
    expect(told.toSorted()).toEqual([...written.keys()].toSorted());
  });

  it('the dashboard takes any data source, and its panels stand beside each other', () => {
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['report', 'query'],
    ]);
    const uids = dashboard.panels.flatMap(({ targets }) => targets.map(({ datasource }) => datasource.uid));
    expect(new Set(uids)).toEqual(new Set(['$'.concat('{datasource}')]));
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size, 'no panel lies on another').toBe(cells.length);
    expect(cells.filter((cell) => Number(cell.split(',')[0]) >= 24)).toEqual([]);
  });

  it.skipIf(!hasPromtool)('promtool takes the rules, and they fire when they should', () => {
    cpSync(`${packageRoot}docs/examples/alerts.yml`, join(folder, 'alerts.yml'));
    cpSync(join(import.meta.dirname, 'alerts-cases.yml'), join(folder, 'cases.yml'));
    expect(promtool('check', 'rules', 'alerts.yml')).toMatchObject({ status: 0 });
    expect(promtool('test', 'rules', 'cases.yml')).toMatchObject({ status: 0 });
  });

  it.skipIf(!hasPromtool)('promtool takes every query of the dashboard', () => {
    const rules = queries.map((expr, i) => ({ record: `query:${i}`, expr: expr.replaceAll('$report', '.*') }));
    // JSON is YAML.
    writeFileSync(join(folder, 'queries.yml'), JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    expect(promtool('check', 'rules', '--lint=none', 'queries.yml')).toMatchObject({ status: 0 });
  });
});
