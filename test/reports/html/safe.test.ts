import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report.ts';
import { hostAt } from '../../../src/reports/html/route.ts';
import { reason, show, useBrowser } from './open-page.ts';
import { aRun, compared, fleet, hostile, LONG } from './sample-report.ts';

const VIEWS = ['#/findings', '#/finding/UW001', '#/hosts', '#/host/db-1', '#/everything', '#/host/%', '#nothing', '#/'];

describe.skipIf(reason)('a report in Chromium', () => {
  const on = useBrowser();

  const reports: readonly (readonly [string, () => Report])[] = [
    ['an audit', () => fleet(300)],
    ['an audit held against an earlier one', compared],
    ['an audit of no host', () => fleet(0)],
    ['a dry run', () => aRun('check')],
    ['a run', () => aRun('run')],
    ['a rollback', () => aRun('rollback')],
    ['one of hostile hosts', hostile],
  ];

  it.each(reports)('%s: no view asks anything of anybody, and nothing goes wrong', async (_, report) => {
    await on(report(), {}, async (page) => {
      for (const view of VIEWS) {
        await show(page, view);
        await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      }
      await page.getByRole('button', { name: 'Dark' }).click();
      await page.getByRole('searchbox').fill('db');
    });
  });

  it('a policy stands behind that: not even a script of its own gets a request out', async () => {
    await on(fleet(3), {}, async (page, faults) => {
      const refused = await page.evaluate(`new Promise((answer) => {
        const told = [];
        addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          told.push(effectiveDirective);
          if (told.length === 3) answer(told.sort());
        });
        new Image().src = 'https://127.0.0.1:1/a.png';
        document.body.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.harmed = 1' }));
        document.body.append(Object.assign(document.createElement('style'), { textContent: '*{}' }));
      })`);
      expect(refused).toEqual(['img-src', 'script-src-elem', 'style-src-elem']);
      expect(await page.evaluate('globalThis.harmed')).toBeUndefined();
      expect(faults.splice(0).filter((fault) => !/Content Security Policy|^request/.test(fault))).toEqual([]);
    });
  });

  describe('of hostile hosts', () => {
    const evil = hostile().hosts[0]?.host ?? '';

    it('their words are text in every view', async () => {
      await on(hostile(), {}, async (page) => {
        for (const view of [...VIEWS, '#/finding/UW002', hostAt(evil), hostAt(LONG)]) {
          await show(page, view);
          expect(await page.evaluate('globalThis.harmed')).toBeUndefined();
          expect(await page.locator('main :is(script, img, iframe, style, [onerror])').count()).toBe(0);
          expect(await page.evaluate('document.body.innerText')).not.toMatch(/[\u0000\u0007\u001b\u202e\u2066\u2028]/);
        }
      });
    });

    it('they are shown as they are, with what steers escaped', async () => {
      await on(hostile(), { hash: hostAt(evil) }, async (page) => {
        const heading = await page.locator('h1').textContent();
        expect(heading).toContain('<script>globalThis.harmed = 1</script><img src=x');
        expect(heading).toContain('\\u{202e}gnp.exe\\u{2066} \\x00\\x07\\x1b[2J\\u{2028}');
      });
    });

    it.each([400, 1280])('10,000 letters make no page wider than its window of %i pixels', async (width) => {
      await on(hostile(), { viewport: { width, height: 800 } }, async (page) => {
        for (const view of [
          '#/',
          '#/findings',
          '#/finding/UW301',
          '#/hosts',
          hostAt(evil),
          hostAt(LONG),
          '#/everything',
        ]) {
          await show(page, view);
          expect([view, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([view, width]);
        }
      });
    });
  });

  it('without scripts tells the same hosts together, and no more than text', async () => {
    for (const [report, words] of [
      [fleet(300), ['7 of 300 hosts', 'UW002 A container is stuck', 'db-24, web-74', 'unreachable']],
      [hostile(), ['<script>globalThis.harmed = 1</script>']],
    ] as const) {
      await on(report, { javaScriptEnabled: false }, async (page) => {
        const [text] = await page.locator('body').allInnerTexts();
        for (const word of words) expect(text).toContain(word);
      });
    }
  });
});
