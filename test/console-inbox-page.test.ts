import { afterAll, describe, expect, test } from 'vitest';
import {
  chromiumPath,
  closeBrowser,
  openPage,
  overflowOf,
  takePicture,
  violationsOf,
} from './support/browser.ts';
import { setupConsole } from './support/console.ts';
import { until } from './support/until.ts';

afterAll(closeBrowser);

const message = (id: number, more: Record<string, unknown> = {}) => ({
  id: `msg_${id}`,
  to: '+14155550123',
  from: 'Acme',
  body: `Your Acme code is 49381${id}`,
  arrived: true,
  result: 'delivered',
  ...more,
});

describe.skipIf(chromiumPath === undefined)('the inbox page (needs Chromium, or CHROMIUM_PATH)', () => {
  test('shows each message as it arrives, the newest first', async () => {
    const { url, inbox } = await setupConsole();
    await inbox.add(message(1));
    const page = await openPage(`${url}/inbox`, { viewport: { width: 900, height: 620 } });
    const cards = page.getByRole('list', { name: 'Messages' }).getByRole('listitem');
    await until(async () => expect(await cards.count()).toBe(1));
    await page.getByText('live', { exact: true }).waitFor();

    await inbox.add(message(2, { to: '+4915112345678' }));

    await until(async () => expect(await cards.count()).toBe(2));
    expect(await cards.nth(0).innerText()).toMatch(/\+4915112345678[\s\S]*Your Acme code is 493812/);
    expect(await cards.nth(0).getByLabel('Code', { exact: true }).innerText()).toBe('493812');
    expect(await cards.nth(1).innerText()).toMatch(/from Acme[\s\S]*GSM-7 · 1 segment/);
    await takePicture(page, 'inbox');
  });

  test('copies the code, searches, and clears', async () => {
    const { url, inbox } = await setupConsole();
    await inbox.add(message(1));
    await inbox.add(message(2, { to: '+4915112345678', arrived: false, result: 'undelivered' }));
    const page = await openPage(`${url}/inbox`, { permissions: ['clipboard-read', 'clipboard-write'] });
    const cards = page.getByRole('list', { name: 'Messages' }).getByRole('listitem');
    await until(async () => expect(await cards.count()).toBe(2));
    expect(await cards.nth(0).innerText()).toContain('did not arrive: undelivered');

    await page.keyboard.press('/');
    await page.keyboard.type('415555');
    await until(async () => expect(await cards.count()).toBe(1));
    await page.getByRole('button', { name: 'Copy code 493811' }).click();
    await page.getByText('Copied', { exact: true }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('493811');

    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No messages yet.').waitFor();
    expect(await inbox.latest()).toEqual([]);
  });

  test('lists the numbers that fail, delay or lose their receipts', async () => {
    const { url } = await setupConsole();
    const page = await openPage(`${url}/inbox`);

    await page.getByText('Try failures, delays and receipts').click();

    const row = page.getByRole('row').filter({ hasText: '+14155550105' });
    await row.waitFor();
    expect(await row.innerText()).toContain('undelivered');
  });

  test('shows a text as text', async () => {
    const { url, inbox } = await setupConsole();
    await inbox.add(message(1, { body: '<img src=x onerror=alert(1)> 493811' }));
    const page = await openPage(`${url}/inbox`);

    await page.getByText('<img src=x onerror=alert(1)> 493811').waitFor();
  });

  test('shows messages that arrived while the console was down', async () => {
    const { url, inbox, stop, startAgain } = await setupConsole();
    const page = await openPage(`${url}/inbox`);
    await page.getByText('live', { exact: true }).waitFor();

    await stop();
    await page.getByText('reconnecting …').waitFor();
    await inbox.add(message(1));
    await startAgain();

    await page.getByText('Your Acme code is 493811').waitFor();
  });

  test.each(['light', 'dark'] as const)('is accessible in %s, and usable on a phone', async (colorScheme) => {
    const { url, inbox } = await setupConsole();
    await inbox.add(message(1));
    await inbox.add(message(2, { arrived: false, result: 'undelivered' }));
    const page = await openPage(`${url}/inbox`, { colorScheme, viewport: { width: 360, height: 740 } });
    await page.getByText('493811').first().waitFor();

    expect(await violationsOf(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  });
});
