import { expect, onTestFinished, test } from 'vitest';
import { requestedOrigins } from '../../../test/support/requested-origins.ts';
import { REQUEST } from '../../../test/support/send-once.ts';
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
])('a message goes to %s unless configured otherwise', async (origin, create) => {
  const provider = create();
  onTestFinished(() => provider.close());

  const { result, origins } = await requestedOrigins((signal) => provider.send(REQUEST, signal));

  expect(result).toEqual({ kind: 'transient', code: 'aborted', retryAfterMs: undefined });
  expect(origins).toEqual([origin]);
});
