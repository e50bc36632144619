import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { reason, show, useBrowser } from './open-page.ts';
import { aRun, compared, fleet } from './sample-report.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core');

/** What axe finds against WCAG 2.2 AA, contrast of text among it, and its best practices. */
async function violations(page: Page): Promise<unknown> {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html, failureSummary])))`);
}

/** What of these has too little contrast with its ground, by WCAG's formula: axe does not look into SVG. */
const faint = (page: Page, selector: string, least: number): Promise<unknown> =>
  page.evaluate(`(() => {
    const rgb = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((n) => n / 255);
    const light = (n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
    const luminance = (color) => rgb(color).map(light).reduce((sum, n, i) => sum + n * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = luminance(getComputedStyle(document.body).backgroundColor);
    return [...document.querySelectorAll(${JSON.stringify(selector)})].flatMap((element) => {
      const own = luminance(getComputedStyle(element).fill);
      const ratio = (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
      return ratio < ${least} ? [element.outerHTML + ' has ' + ratio] : [];
    });
  })()`);

describe.skipIf(reason)('how a report looks', () => {
  const on = useBrowser();

  it.each([
    ['light', 1280],
    ['dark', 400],
  ] as const)('is for everybody: %s, %i pixels wide', async (colorScheme, width) => {
    // axe comes in by the debugger: the page's own policy lets no other script run.
    const look = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true };
    for (const [report, views] of [
      [compared(), ['#/', '#/findings', '#/finding/UW001', '#/hosts', '#/host/db-1', '#/everything']],
      [aRun('run'), ['#/', '#/host/changed-host', '#/host/failed-host']],
    ] as const) {
      await on(report, look, async (page) => {
        for (const view of views) {
          await show(page, view);
          expect([view, await violations(page)]).toEqual([view, []]);
          expect([view, await faint(page, 'rect[class^=tone]', 3), await faint(page, '.graph text', 4.5)]).toEqual([
            view,
            [],
            [],
          ]);
        }
      });
    }
  });

  it('begins as the machine is, light or dark, and goes the other way on request', async () => {
    const ground = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const seen: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const)
      await on(fleet(3), { colorScheme }, async (page) => {
        seen.push(await ground(page));
        const button = page.getByRole('button', { name: 'Dark' });
        expect(await button.getAttribute('aria-pressed')).toBe(String(colorScheme === 'dark'));
        await button.click();
        expect(await button.getAttribute('aria-pressed')).toBe(String(colorScheme === 'light'));
        seen.push(await ground(page));
      });
    const [light, toDark, dark, toLight] = seen;
    expect([toDark, toLight]).toEqual([dark, light]);
    expect(dark).not.toBe(light);
  });

  it('is still for whom motion makes ill', async () => {
    const duration = (page: Page) =>
      page.evaluate('getComputedStyle(document.querySelector("main a")).transitionDuration');
    await on(fleet(3), { reducedMotion: 'no-preference' }, async (page) => expect(await duration(page)).toBe('0.12s'));
    await on(fleet(3), { reducedMotion: 'reduce' }, async (page) => expect(await duration(page)).toBe('0s'));
  });

  it('draws who holds what: each stuck container, mount, namespace and holder once, and says the same in words', async () => {
    await on(fleet(3), { hash: '#/host/db-1' }, async (page) => {
      const titles = await page.locator('.graph .node .title').allTextContents();
      expect(titles.toSorted()).toEqual(['cadvisor', 'mnt:[4026532570]', 'payments', '…/merged', '…/mounts/shm']);
      expect(await page.locator('.graph .edge').count()).toBe(5);
      await page.getByText('The same in words').click();
      expect(await page.locator('.graph li').allInnerTexts()).toEqual([
        expect.stringMatching(
          /^payments: .*mounts\/shm is mounted at \/rootfs.* in mnt:\[4026532570\] .* through its bind \/:\/rootfs$/,
        ),
        expect.stringMatching(/^payments: .*merged is mounted at/),
      ]);
    });
  });

  describe('on paper', () => {
    it('is dark on white, whatever the theme, without what can only be clicked', async () => {
      await on(fleet(300), { colorScheme: 'dark' }, async (page) => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
        for (const one of ['header', '.command button'])
          expect(await page.locator(one).first().isVisible()).toBe(false);
      });
    });

    it('has all hosts, also those of other pages, and all that is folded; afterwards all is as it was', async () => {
      await on(fleet(1000), { hash: '#/hosts' }, async (page) => {
        const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
        expect(pdf.slice(0, 5)).toBe('%PDF-');
        // 100 rows are three of them.
        expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(20);
        expect(await page.locator('.hosts tbody tr').count()).toBe(100);
        await show(page, '#/');
        await page.evaluate('dispatchEvent(new Event("beforeprint"))');
        expect(await page.locator('details:not([open])').count()).toBe(0);
        await page.evaluate('dispatchEvent(new Event("afterprint"))');
        expect(await page.locator('details[open]').count()).toBe(0);
      });
    });
  });
});
