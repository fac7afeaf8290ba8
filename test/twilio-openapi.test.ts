import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SendRequest, SendResult } from '../packages/providers/src/provider.ts';
import { createTwilioProvider, type TwilioProviderOptions } from '../packages/providers/src/twilio/twilio.ts';
import { startPrism, startPrismProxy } from './support/prism.ts';
import { accepted, fault, rejected, throttled, transient } from './support/provider-conformance.ts';
import description from './support/twilio-messages.openapi.json' with { type: 'json' };

// Twilio's own description of its API, cut down to sending a message; its origin is noted in the file.
const DESCRIPTION = fileURLToPath(new URL('support/twilio-messages.openapi.json', import.meta.url));
const SERVICE = `MG${'0b'.repeat(16)}`;
const EXAMPLE_SID = `SM${'a'.repeat(32)}`;
const REQUEST: SendRequest = {
  id: 'message-7f3a',
  to: '+14155550123',
  from: undefined,
  sender: undefined,
  body: 'Código: 493817 ✓',
  validitySeconds: 120,
  receiptUrl: 'https://sms.example.com/v1/receipts/twilio?ref=m.1.abc_DEF-',
};

let prism: Awaited<ReturnType<typeof startPrism>>;
beforeAll(async () => {
  prism = await startPrism(DESCRIPTION);
});
afterAll(() => prism?.[Symbol.asyncDispose]());

type Given = {
  options?: Partial<TwilioProviderOptions>;
  request?: Partial<SendRequest>;
  answerWith?: string;
};

async function send({ options, request, answerWith }: Given = {}) {
  const proxy = await startPrismProxy(prism.url);
  const provider = createTwilioProvider({
    accountSid: `AC${'0a'.repeat(16)}`,
    credentials: { authToken: 'the-auth-token' },
    sender: { from: '+14155550199' },
    apiUrl: proxy.url,
    ...options,
  });
  onTestFinished(async () => {
    await provider.close();
    await proxy[Symbol.asyncDispose]();
  });
  if (answerWith !== undefined) proxy.answerWith(answerWith);

  const result = await provider.send({ ...REQUEST, ...request }, AbortSignal.timeout(10_000));

  const [exchange, ...more] = proxy.exchanges;
  if (exchange === undefined || more.length > 0) throw new Error('not one request, but none or more');
  return { result, ...exchange };
}

describe('Twilio’s description of its API', () => {
  test('is followed with a number of ours', async () => {
    const { result, form, violations } = await send();

    expect(violations).toEqual([]);
    expect(result).toEqual(accepted(EXAMPLE_SID));
    expect(form).toEqual({
      To: REQUEST.to,
      From: '+14155550199',
      Body: REQUEST.body,
      ValidityPeriod: '120',
      StatusCallback: REQUEST.receiptUrl,
    });
  });

  const senders: [string, Given, Record<string, string>][] = [
    [
      'a messaging service',
      { options: { sender: { messagingServiceSid: SERVICE } } },
      { MessagingServiceSid: SERVICE },
    ],
    [
      'a messaging service that the route chose',
      { request: { sender: SERVICE } },
      { MessagingServiceSid: SERVICE },
    ],
    ['a sender ID that the route chose', { request: { sender: 'Acme' } }, { From: 'Acme' }],
    [
      'an API key',
      { options: { credentials: { apiKey: `SK${'0c'.repeat(16)}`, apiSecret: 'the-api-secret' } } },
      { From: '+14155550199' },
    ],
    ['a broken number of seconds', { request: { validitySeconds: 90.7 } }, { ValidityPeriod: '90' }],
    ['no address for receipts', { request: { receiptUrl: undefined } }, { ValidityPeriod: '120' }],
  ];

  test.each(senders)('is followed with %s', async (_, given, sent) => {
    const { result, form, violations } = await send(given);

    expect(violations).toEqual([]);
    expect(result).toEqual(accepted(EXAMPLE_SID));
    expect(form).toMatchObject(sent);
    // Prism lets fields pass that the description does not have, and a message without a sender.
    expect(Object.keys(FIELDS)).toEqual(expect.arrayContaining(Object.keys(form)));
    expect(['From', 'MessagingServiceSid'].filter((name) => name in form)).toHaveLength(1);
  });

  const breaches: [string, Given, string][] = [
    [
      'a messaging service’s SID that is none',
      { options: { sender: { messagingServiceSid: `MG${'z'.repeat(32)}` } } },
      'MessagingServiceSid',
    ],
    ['an account’s SID that is none', { options: { accountSid: 'AC12' } }, 'accountsid'],
    ['an address for receipts that is none', { request: { receiptUrl: 'not a URL' } }, 'StatusCallback'],
  ];

  test.each(breaches)('is not followed with %s, and that shows', async (_, given, field) => {
    const { result, violations } = await send(given);

    expect(result).toEqual(fault('http_422', false));
    expect(violations.join('\n')).toContain(field);
  });
});

const errors: [string, SendResult][] = [
  ['code=400, example=unsubscribed', rejected('twilio_21610')],
  ['code=400, example=notPermitted', fault('twilio_21408', true)],
  ['code=401', fault('twilio_20003', true)],
  ['code=429', throttled('twilio_20429', 7_000)],
  ['code=503', transient('twilio_20503', 7_000)],
];

test.each(errors)('an answer as described, %s, is classed through the SDK', async (answerWith, expected) => {
  const { result, violations } = await send({ answerWith });

  expect(violations).toEqual([]);
  expect(result).toEqual(expected);
});

const FIELDS =
  description.paths['/2010-04-01/Accounts/{AccountSid}/Messages.json'].post.requestBody.content[
    'application/x-www-form-urlencoded'
  ].schema.properties;
