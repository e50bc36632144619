import { expect, test } from 'vitest';
import { REPORT_FORMATS } from '../../src/reports/format.ts';
import { firstColumns, readPages } from '../docs/page.ts';

const page = readPages().find(({ path }) => path === 'docs/reports.md') ?? { path: '', text: '' };
const column = (heading: string) => (firstColumns(page, heading)[0] ?? []).map((cell) => cell.replaceAll('`', ''));

test('docs/reports.md has every format with its endings', () => {
  expect(column('Format').toSorted()).toEqual(Object.keys(REPORT_FORMATS).toSorted());
  for (const [format, endings] of Object.entries(REPORT_FORMATS))
    expect(page.text).toContain(`| \`${format}\` | ${endings.map((ending) => `\`${ending}\``).join(', ')} |`);
});
