import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { PROCESS_HANG_MS } from './hang.ts';
import { findExecutable } from '../../packages/dev-redis/src/find-executable.ts';

const ON_MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

function findChromium(): string | undefined {
  const { CHROMIUM_PATH: named, PATH: path } = process.env;
  if (named) return named;
  const onPath = findExecutable(['chromium', 'chromium-browser', 'google-chrome'], path);
  return onPath ?? (existsSync(ON_MACOS) ? ON_MACOS : undefined);
}

/** Undefined where this machine has no browser; tests of pages are skipped then, and say so in their name. */
export const chromiumPath = findChromium();

let browser: Promise<Browser> | undefined;

/** One browser for all tests of a file. */
function launch(): Promise<Browser> {
  browser ??= chromium.launch({
    executablePath: chromiumPath ?? '',
    timeout: PROCESS_HANG_MS,
    // Chromium's own sandbox does not work as root, as which CI runs.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** A page of a fresh profile. The test fails if the page logs an error or breaks its Content-Security-Policy. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await launch()).newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  onTestFinished(async () => {
    await context.close();
    // A refused request is what some tests are about, and Chromium writes a line for each.
    expect(errors.filter((error) => !error.startsWith('Failed to load resource'))).toEqual([]);
  });
  await page.goto(url);
  return page;
}

const axeScript = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds against WCAG 2.2 A and AA, a line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's Content-Security-Policy does not bind.
  await page.evaluate(await readFile(axeScript, 'utf8'));
  return page.evaluate(async () => {
    type Result = { violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] };
    const { axe } = globalThis as unknown as { axe: { run(options: unknown): Promise<Result> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
    );
  });
}

/** With PICTURES set, takes the picture of a page that the documentation shows: `PICTURES=1 npm test -- console`. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (!process.env['PICTURES']) return;
  const path = fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));
  await page.screenshot({ path, animations: 'disabled' });
}

/** Pixels by which a page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
