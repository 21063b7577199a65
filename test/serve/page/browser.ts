import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { CHROMIUM } from '../../support/chromium.js';

/** A Chromium that reaches this host alone. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    proxy: { server: '127.0.0.1:9', bypass: '127.0.0.1' },
  });

export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Every URL that the page asked for. */
  readonly requests: string[];
  /** What it threw, and what the browser refused it; refused requests of the API are no complaints. */
  readonly complaints: string[];
}

/** A page with storage of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  await page.goto(url);
  return { page, context, requests, complaints };
}
