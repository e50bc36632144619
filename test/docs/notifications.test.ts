import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LISTED, noticeOf } from '../../src/notify/notice.ts';
import type { Problem } from '../../src/notify/problem.ts';
import { HOST_STATUSES } from '../../src/reports/tally.ts';
import { packageRoot } from '../architecture/project.ts';
import { blocksOf, codeSpansOf } from './page.ts';

const page = { path: 'docs/notifications.md', text: readFileSync(`${packageRoot}docs/notifications.md`, 'utf8') };

describe('docs/notifications.md', () => {
  it('shows the JSON as it is', () => {
    const [shown = ''] = blocksOf(page).flatMap(({ language, text }) => (language === 'json' ? [text] : []));
    const { counts, appeared, went, stayed, version, event, text, ...about } = JSON.parse(shown);
    const before: readonly Problem[] = stayed;
    const real = noticeOf(about, before, [...before, ...appeared]);
    expect({ ...real, text: '' }).toEqual({ ...about, version, event, counts, appeared, went, stayed, text: '' });
    expect(text.split('\n')[0]).toBe(real?.text.split('\n')[0]);
    expect(page.text).toContain(`first ${LISTED} of each`);
  });

  it('names every way in which a host does not end well', () => {
    const spans = new Set(codeSpansOf(page));
    expect(HOST_STATUSES.filter((status) => status !== 'ok' && status !== 'changed' && !spans.has(status))).toEqual([]);
  });
});
