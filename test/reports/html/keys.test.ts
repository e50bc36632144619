import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { reason, useBrowser } from './open-page.ts';
import { fleet } from './sample-report.ts';

const hashOf = (page: Page): Promise<unknown> => page.evaluate('location.hash');
const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement.innerText');
const hostsOn = (page: Page): Promise<string[]> => page.locator('.hosts tbody th').allInnerTexts();
const told = (page: Page): Promise<string | null> => page.locator('.results [role=status]').textContent();
const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

/** Tab, until this has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await press(page, 'Tab');
    if ((await focused(page)) === text) return;
  }
  throw new Error(`Tab never comes to ${text}`);
}

describe.skipIf(reason)('a report by the keyboard alone', () => {
  const on = useBrowser();

  it('/ searches from anywhere, down goes to what is found, Enter into it', async () => {
    await on(fleet(1000), { hash: '#/finding/UW301' }, async (page) => {
      await press(page, '/');
      await page.keyboard.type('ntpd web');
      expect(await hashOf(page)).toBe('#/hosts?q=ntpd+web');
      expect(await told(page)).toBe('2 hosts of 1,000');
      expect(await hostsOn(page)).toEqual(['web-74', 'web-223']);
      await press(page, 'ArrowDown', 'ArrowDown');
      expect(await focused(page)).toBe('web-223');
      await press(page, 'ArrowUp', 'Enter');
      await page.locator('h1', { hasText: 'web-74' }).waitFor();
      expect(await focused(page)).toBe('web-74');
      expect(await page.title()).toBe('web-74 · unwedge audit');
      await page.goBack();
      expect(await hostsOn(page)).toEqual(['web-74', 'web-223']);
      expect(await page.getByRole('searchbox').inputValue()).toBe('ntpd web');
    });
  });

  it('back takes a search back, also where it has the focus', async () => {
    await on(fleet(3), { hash: '#/' }, async (page) => {
      await press(page, '/', 'd', 'b');
      await page.locator('.hosts').waitFor();
      expect(await page.getByRole('searchbox').inputValue()).toBe('db');
      await page.goBack();
      await page.locator('h1', { hasText: 'Audit' }).waitFor();
      await page.waitForFunction('location.hash === "#/"');
      expect(await page.getByRole('searchbox').inputValue()).toBe('');
    });
  });

  it('/ is a letter like others within the search; Escape empties it, and once more leaves it', async () => {
    await on(fleet(3), { hash: '#/hosts' }, async (page) => {
      await press(page, '/', 'a', '/');
      expect(await page.getByRole('searchbox').inputValue()).toBe('a/');
      expect(await hostsOn(page)).toEqual([]);
      await press(page, 'Escape');
      expect(await hostsOn(page)).toHaveLength(3);
      await press(page, 'Escape');
      expect(await page.evaluate('document.activeElement.id')).toBe('main');
    });
    await on(fleet(3), { hash: '#/findings' }, async (page) => {
      await press(page, '/', 'Escape');
      expect([await page.evaluate('document.activeElement.id'), await hashOf(page)]).toEqual(['main', '#/findings']);
    });
  });

  it('the first Tab leads to the content, past what stands on every page', async () => {
    await on(fleet(3), { hash: '#/hosts' }, async (page) => {
      await press(page, 'Tab');
      expect(await focused(page)).toBe('Skip to content');
      // It slides in.
      const skip = page.getByText('Skip to content');
      await expect.poll(async () => (await skip.boundingBox())?.y).toBeGreaterThan(0);
      await press(page, 'Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('main');
      expect(await hashOf(page)).toBe('#/hosts');
    });
  });

  it('heads of columns sort, and say so', async () => {
    await on(fleet(30), { hash: '#/hosts' }, async (page) => {
      await tabTo(page, 'Host');
      await press(page, 'Enter');
      expect(await page.locator('[aria-sort]').allInnerTexts()).toEqual(['Host']);
      expect(await page.locator('[aria-sort]').getAttribute('aria-sort')).toBe('ascending');
      expect((await hostsOn(page)).slice(8, 12)).toEqual(['db-9', 'db-10', 'queue-1', 'queue-2']);
      await press(page, 'Enter');
      expect(await page.locator('[aria-sort]').getAttribute('aria-sort')).toBe('descending');
      expect(await hostsOn(page)).toHaveLength(30);
      expect((await hostsOn(page))[0]).toBe('web-10');
      expect(await hashOf(page)).toBe('#/hosts?sort=host&order=down');
    });
  });

  it('filters are lists to choose from; they go together with the search', async () => {
    await on(fleet(1000), { hash: '#/hosts' }, async (page) => {
      await page.getByLabel('Worst finding').focus();
      await page.keyboard.type('Crit');
      expect(await told(page)).toBe('24 hosts of 1,000');
      await press(page, '/');
      await page.keyboard.type('cadvisor');
      expect(await told(page)).toBe('17 hosts of 1,000');
      expect(await hashOf(page)).toBe('#/hosts?standing=critical&q=cadvisor');
      await page.reload();
      expect(await told(page)).toBe('17 hosts of 1,000');
      expect(await page.getByLabel('Worst finding').inputValue()).toBe('critical');
    });
  });

  it('1,000 hosts are pages of 100, and the focus goes on with them', async () => {
    await on(fleet(1000), { hash: '#/hosts?sort=host' }, async (page) => {
      expect(await told(page)).toBe('1,000 hosts, 1 to 100 shown');
      await page.getByRole('button', { name: 'Next' }).focus();
      await press(page, 'Enter');
      expect(await told(page)).toBe('1,000 hosts, 101 to 200 shown');
      expect(await focused(page)).toBe('db-101');
      expect(await hashOf(page)).toBe('#/hosts?sort=host&page=2');
    });
  });

  it('what each row and bar of the overview is about is a link to it', async () => {
    await on(fleet(300), {}, async (page) => {
      await tabTo(page, 'unit ntpd.service');
      await press(page, 'Enter');
      expect(await hostsOn(page)).toEqual(['db-24', 'web-74']);
      await page.goBack();
      await tabTo(page, 'UW309');
      await press(page, 'Enter');
      await page.locator('h1', { hasText: 'UW309 fs.may_detach_mounts is off' }).waitFor();
    });
  });

  it('a command is copied by its button, or selected where a page may not copy', async () => {
    const line = 'unwedge run free-dead-containers -i INVENTORY -l db-1 --check';
    await on(fleet(3), { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      const button = page.getByRole('button', { name: `Copy: ${line}` });
      await button.press('Enter');
      await page.getByText('Copied').waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(line);
      await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("not here"))');
      await button.press('Enter');
      await page.getByText('Selected').waitFor();
      expect(await page.evaluate('getSelection().toString()')).toBe(line);
    });
  });
});
