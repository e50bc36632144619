import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Report } from '../../../src/core/report.ts';
import { CATALOGUE } from '../../../src/docker/finding-catalogue.ts';
import { htmlReport } from '../../../src/reports/html/index.ts';
import { pathOf } from '../../scripts/programs.ts';

const executablePath = pathOf('chromium');

/** Why no page can be opened here, and what to do; undefined where it can. */
export const reason = executablePath === undefined ? 'there is no chromium: apt-get install chromium' : undefined;
if (reason) console.log(`reports in a browser: skipped, ${reason}`);

type Look = BrowserContextOptions & {
  /** The view, e.g. `#/hosts`. */
  readonly hash?: string;
};
/** @param faults what should not have happened; a test that provokes some takes them out */
type Test = (page: Page, faults: string[]) => Promise<unknown>;
type OnPage = (report: Report, look: Look, test: Test) => Promise<void>;

/** Chromium without a window, for all tests of a file. */
export function useBrowser(): OnPage {
  let browser: Browser | undefined;
  const directory = mkdtempSync(join(tmpdir(), 'unwedge-html-'));
  beforeAll(async () => {
    // Root can't have Chromium's sandbox.
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      chromiumSandbox: process.getuid?.() !== 0,
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return async (report, look, test) => {
    const file = join(directory, 'report.html');
    writeFileSync(file, htmlReport(report, CATALOGUE));
    await onPage(browser, pathToFileURL(file).href, look, test);
  };
}

/** Opens the file as a person does; whatever the test did, nothing was asked of anybody, and nothing went wrong. */
async function onPage(browser: Browser | undefined, url: string, look: Look, test: Test) {
  const { hash = '', ...options } = look;
  const context = await browser?.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context?.newPage();
  if (context === undefined || page === undefined) throw new Error('the browser is not open');
  const faults: string[] = [];
  page.on('request', (request) => request.url().split('#')[0] !== url && faults.push(`request for ${request.url()}`));
  page.on('console', (message) => faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  try {
    await page.goto(url + hash);
    await test(page, faults);
    expect(faults).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Goes to a view as a link does. */
export async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.locator('h1').waitFor();
}
