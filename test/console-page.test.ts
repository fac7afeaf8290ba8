import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  chromiumPath,
  closeBrowser,
  openPage,
  overflowOf,
  takePicture,
  violationsOf,
} from './support/browser.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { PAYLOAD_KEY } from './support/base-env.ts';
import { setupConsole } from './support/console.ts';
import { startGateway } from './support/gateway.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

afterAll(closeBrowser);

const PAYLOAD_KEYS = { kind: 'keys' as const, keys: [Buffer.from(PAYLOAD_KEY, 'base64url')] };

/** A gateway that refuses French numbers and fails for German ones, and a console that looks at it. */
async function setup(config: Parameters<typeof setupConsole>[0] = {}) {
  const gateway = await startGateway({
    env: { ALLOWED_COUNTRIES: 'US,DE,GB', MESSAGE_TTL: '20s' },
    respond: (response, { body }) => {
      response.writeHead(body.includes('+49') ? 500 : 200).end('{"id":"p-1"}');
    },
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  await gateway.startWorker();
  const running = await setupConsole({ redis: { kind: 'standalone', url: gateway.redis.url }, ...config });
  const send = async (recipient = freshNumber()) => {
    const { body } = await postSms(gateway.ingress.url, { body: { recipient } });
    return body['id'];
  };
  return { ...running, gateway, send };
}

describe.skipIf(chromiumPath === undefined)("the operator's page (needs Chromium, or CHROMIUM_PATH)", () => {
  test('shows messages, providers, countries and refusals live', async () => {
    const { url, send, gateway } = await setup();
    const page = await openPage(url, { viewport: { width: 1100, height: 1000 } });
    await page.getByText('live', { exact: true }).waitFor();

    for (let sent = 0; sent < 3; sent += 1) await untilConcluded(gateway.client, await send());
    await send('+4915112345678');
    await send('+33612345678');

    const tile = (name: string) => page.locator('.tiles div', { hasText: name }).locator('dd').first();
    await until(async () => expect(await tile('Sent').innerText()).toBe('3'));
    await until(async () => expect(await tile('Refused').innerText()).toBe('1'));
    const provider = page.getByRole('row').filter({ hasText: 'http' });
    await until(async () => expect(await provider.innerText()).toMatch(/available[\s\S]*transient/));
    await page.getByRole('row').filter({ hasText: 'allowed_countries' }).waitFor();
    await takePicture(page, 'console');

    await page.getByRole('button', { name: 'Germany (DE)' }).click();
    await until(async () => expect(await tile('Accepted').innerText()).toBe('1'));
    expect(await page.getByLabel('Country').inputValue()).toBe('DE');
  });

  test('finds a message by its number, and one that was refused', async () => {
    const { url, send, gateway } = await setup({ payloadKeys: PAYLOAD_KEYS });
    const id = await send('+14155550177');
    await untilConcluded(gateway.client, id);
    await send('+33612345678');
    const page = await openPage(`${url}/#find`);
    const find = async (text: string) => {
      await page.getByLabel('Phone number or message id').fill(text);
      await page.keyboard.press('Enter');
    };
    const found = page.getByRole('list', { name: 'Messages found' }).locator('> li');

    await find('+1 415 555 0177');
    await until(async () => expect(await found.count()).toBe(1));
    expect(await found.innerText()).toMatch(/sent[\s\S]*answered 200[\s\S]*attempt 1 through http, accepted/);

    await find('+33612345678');
    await found.filter({ hasText: 'refused 403' }).waitFor();
    expect(await found.innerText()).toContain('by allowed_countries');

    await find(String(id));
    await found.filter({ hasText: 'attempt 1' }).waitFor();
    expect(await page.content()).not.toContain('4155550177');
    await find('nobody');
    await page.getByRole('alert').filter({ hasText: 'not a phone number' }).waitFor();
  });

  test('blocks and unblocks a destination, by keyboard only', async () => {
    const { url, send, gateway, logLines } = await setup();
    const page = await openPage(url);
    await page.getByText('live', { exact: true }).waitFor();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };

    // To the third page of the navigation, past the link that skips it.
    await press('Tab', 'Tab', 'Tab', 'Tab', 'Enter');
    await page.getByRole('heading', { name: 'Screening' }).waitFor();
    await until(async () => expect(await page.evaluate('document.activeElement.id')).toBe('content'));
    await press('Tab');
    await page.keyboard.type('+1');
    await press('Tab', 'Tab');
    await page.keyboard.type('pumping');
    await press('Enter');

    await page.getByRole('listitem').filter({ hasText: 'pumping' }).waitFor();
    expect(await send()).toBeUndefined();
    await page.getByRole('row').filter({ hasText: 'blocked' }).waitFor();
    expect(logLines()).toContainEqual(
      expect.objectContaining({ msg: 'console.blocked', who: 'local', destination: '+1', reason: 'pumping' }),
    );

    await page.getByRole('button', { name: 'Unblock +1' }).focus();
    await press('Enter');
    await page.getByText('Nothing is blocked.').waitFor();
    await untilConcluded(gateway.client, await send());
  });

  test('shows what is wrong now, and what to do', async () => {
    const { url, send } = await setup();
    const page = await openPage(`${url}/#doctor`);
    const findings = page.getByRole('list', { name: 'Findings' });
    await findings.getByText(/workers: 1, ingress processes: 1/).waitFor();

    for (let sent = 0; sent < 6; sent += 1) await send(`+49151123456${70 + sent}`);

    await findings
      .getByText(/http.*fail/i)
      .first()
      .waitFor();
    expect(await findings.getByText('failed', { exact: true }).count()).toBeGreaterThan(0);
  });

  test('asks for the password, and shows nothing before', async () => {
    const { url } = await setup({ signIn: { kind: 'password', password: 'correct horse battery staple' } });
    const page = await openPage(url);

    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Wrong password' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);

    await page.getByLabel('Password').fill('correct horse battery staple');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Now' }).waitFor();
    await page.getByRole('button', { name: /Sign out/ }).click();
    await page.getByLabel('Password').waitFor();
  });

  test.each(['light', 'dark'] as const)('is accessible in %s, and usable on a phone', async (colorScheme) => {
    const { url, send, gateway } = await setup();
    await untilConcluded(gateway.client, await send());
    await send('+33612345678');
    const page = await openPage(url, { colorScheme, viewport: { width: 360, height: 740 } });

    for (const [link, heading] of [
      ['Now', 'Now'],
      ['Find', 'Find'],
      ['Screening', 'Screening'],
      ['Doctor', 'Doctor'],
    ] as const) {
      await page.getByRole('link', { name: link, exact: true }).click();
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      if (link === 'Now') await page.getByRole('row').filter({ hasText: 'http' }).waitFor();
      expect(await violationsOf(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    }
  });
});
