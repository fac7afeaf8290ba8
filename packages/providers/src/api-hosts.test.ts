import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import { createPlivoProvider } from './plivo/plivo.ts';
import type { Provider } from './provider.ts';
import { createSinchProvider } from './sinch/sinch.ts';
import { createTelnyxProvider } from './telnyx/telnyx.ts';
import { createTwilioProvider } from './twilio/twilio.ts';
import { createVonageProvider } from './vonage/vonage.ts';

const sinch = (region: 'us' | 'eu') =>
  createSinchProvider({ servicePlanId: 'a', apiToken: 'b', region, from: 'Acme' });

test.each<[string, () => Provider]>([
  [
    'https://api.plivo.com',
    () => createPlivoProvider({ authId: 'a', authToken: 'b', sender: { from: 'c' } }),
  ],
  ['https://us.sms.api.sinch.com', () => sinch('us')],
  ['https://eu.sms.api.sinch.com', () => sinch('eu')],
  ['https://api.telnyx.com', () => createTelnyxProvider({ apiKey: 'a', sender: { from: 'b' } })],
  [
    'https://api.twilio.com',
    () => createTwilioProvider({ accountSid: 'AC1', credentials: { authToken: 'a' }, sender: { from: 'b' } }),
  ],
  ['https://rest.nexmo.com', () => createVonageProvider({ apiKey: 'a', apiSecret: 'b', from: 'c' })],
])('a message is for %s unless told otherwise', async (origin, create) => {
  const controller = new AbortController();
  const origins: unknown[] = [];
  // Called before anything is connected; the abort keeps it so.
  const onCreate = (message: unknown) => {
    const { request } = message as { request: { origin: unknown } };
    origins.push(String(request.origin));
    controller.abort();
  };
  subscribe('undici:request:create', onCreate);
  onTestFinished(() => void unsubscribe('undici:request:create', onCreate));
  const provider = create();

  const result = await provider.send(
    {
      id: 'm',
      to: '+14155550123',
      from: undefined,
      sender: undefined,
      receiptUrl: undefined,
      body: 'text',
      validitySeconds: 60,
    },
    controller.signal,
  );
  await provider.close();

  expect(result).toEqual({ kind: 'transient', code: 'aborted', retryAfterMs: undefined });
  expect(origins).toEqual([origin]);
});
