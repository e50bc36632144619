import { expect, test } from 'vitest';
import { REPORT_FORMATS } from '../../src/reports/format.ts';
import { prometheusReport } from '../../src/reports/prometheus.ts';
import { firstColumns, readPages } from '../docs/page.ts';
import { hostReport, report, run } from './sample-reports.ts';

const page = readPages().find(({ path }) => path === 'docs/reports.md') ?? { path: '', text: '' };
const column = (heading: string) => (firstColumns(page, heading)[0] ?? []).map((cell) => cell.replaceAll('`', ''));

test('docs/reports.md has every format with its endings', () => {
  expect(column('Format').toSorted()).toEqual(Object.keys(REPORT_FORMATS).toSorted());
  for (const [format, endings] of Object.entries(REPORT_FORMATS))
    expect(page.text).toContain(`| \`${format}\` | ${endings.map((ending) => `\`${ending}\``).join(', ')} |`);
});

test('docs/reports.md has every metric', () => {
  const text = prometheusReport(run()) + prometheusReport(report([hostReport('a')]));
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  expect(column('Metric').toSorted()).toEqual([...new Set(names)].toSorted());
});
