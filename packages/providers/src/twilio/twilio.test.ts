import { expect, onTestFinished, test, vi } from 'vitest';
import { startScriptedProviderServer } from '../../../../test/support/scripted-provider-server.ts';
import type { SendRequest } from '../provider.ts';
import { createTwilioProvider, type TwilioProviderOptions } from './twilio.ts';

const ACCOUNT_SID = `AC${'0a'.repeat(16)}`;
const REQUEST: SendRequest = {
  id: 'message-7f3a',
  to: '+14155550123',
  from: 'Acme',
  sender: undefined,
  body: 'Código: 493817 & ✓',
  validitySeconds: 120,
  receiptUrl: undefined,
};

const OPTIONS: TwilioProviderOptions = {
  accountSid: ACCOUNT_SID,
  credentials: { authToken: 'the-token' },
  sender: { from: '+15005550006' },
};

async function send(
  overrides: Partial<TwilioProviderOptions>,
  request: Partial<SendRequest> = {},
  { prefix = '', status = 201, answer = '{}' } = {},
) {
  await using server = await startScriptedProviderServer((response) =>
    response.writeHead(status).end(answer),
  );
  const provider = createTwilioProvider({ ...OPTIONS, apiUrl: server.url + prefix, ...overrides });
  onTestFinished(() => provider.close());
  const result = await provider.send({ ...REQUEST, ...request }, new AbortController().signal);
  const [received] = server.requests;
  const { receipts } = provider;
  return { receipts, result, received, form: Object.fromEntries(new URLSearchParams(received?.body)) };
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

test("makes the documented request with the account's own sender", async () => {
  const { received, form } = await send({});

  expect(received).toMatchObject({
    method: 'POST',
    path: `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`,
    headers: {
      authorization: basic(ACCOUNT_SID, 'the-token'),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'user-agent': expect.stringMatching(/^twilio-node\/6\./),
    },
  });
  expect(form).toEqual({
    To: '+14155550123',
    From: '+15005550006',
    Body: 'Código: 493817 & ✓',
    ValidityPeriod: '120',
  });
});

test('authenticates with an API key and sends through a Messaging Service', async () => {
  const { received, form } = await send({
    credentials: { apiKey: 'SK1', apiSecret: 'the-secret' },
    sender: { messagingServiceSid: 'MG1' },
  });

  expect(received?.headers.authorization).toBe(basic('SK1', 'the-secret'));
  expect(received?.path).toContain(ACCOUNT_SID);
  expect(form).toMatchObject({ MessagingServiceSid: 'MG1' });
  expect(form).not.toHaveProperty('From');
});

test.each([
  [0.4, '1'],
  [12.9, '12'],
  [86_400, '14400'],
])('sends a validity of %d s as %s', async (validitySeconds, expected) => {
  expect((await send({}, { validitySeconds })).form).toMatchObject({ ValidityPeriod: expected });
});

test('keeps the path of a proxy', async () => {
  const { received } = await send({}, {}, { prefix: '/proxy/twilio/' });

  expect(received?.path).toBe(`/proxy/twilio/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`);
});

test("takes nothing from the SDK's environment variables and prints nothing", async () => {
  vi.stubEnv('TWILIO_ACCOUNT_SID', 'ACother');
  vi.stubEnv('TWILIO_AUTH_TOKEN', 'other');
  vi.stubEnv('TWILIO_EDGE', 'sydney');
  vi.stubEnv('TWILIO_REGION', 'au1');
  vi.stubEnv('TWILIO_LOG_LEVEL', 'debug');
  const prints = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  const { received } = await send({}, {}, { status: 400, answer: '{"code":21211,"message":"no"}' });

  expect(received?.headers.authorization).toBe(basic(ACCOUNT_SID, 'the-token'));
  expect(received?.headers.host).toMatch(/^127\.0\.0\.1:/);
  for (const print of prints) expect(print).not.toHaveBeenCalled();
});

test.each<[string, Partial<TwilioProviderOptions>]>([
  ['accountSid', { accountSid: 'SK123' }],
  ['accountSid', { accountSid: 'AC/../x' }],
  ['credential', { credentials: { authToken: '' } }],
  ['credential', { credentials: { apiKey: 'SK1', apiSecret: '' } }],
  ['credential', { credentials: { apiKey: 'SK1', apiSecret: 'x', authToken: '' } }],
  ['apiUrl', { apiUrl: 'api.twilio.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  const create = () => createTwilioProvider({ ...OPTIONS, ...overrides });

  expect(create).toThrow(name);
  expect(create).not.toThrow('the-token');
});

const MESSAGING_SERVICE = `MG${'0c'.repeat(16)}`;

test.each([
  ['+15005550007', { From: '+15005550007' }],
  ['12345', { From: '12345' }],
  ['MGM Grand', { From: 'MGM Grand' }],
  [MESSAGING_SERVICE, { MessagingServiceSid: MESSAGING_SERVICE }],
])('sends from %s if the route chooses it', async (sender, expected) => {
  for (const configured of [{ from: '+15005550006' }, { messagingServiceSid: 'MG1' }]) {
    const { form } = await send({ sender: configured }, { sender });

    const { From, MessagingServiceSid } = form;
    expect({ From, MessagingServiceSid }).toEqual({
      From: undefined,
      MessagingServiceSid: undefined,
      ...expected,
    });
  }
});

const RECEIPT_URL = 'https://sms.example.com/v1/receipts/twilio?ref=msg_1.1.x';
const API_KEY = { apiKey: 'SK1', apiSecret: 'the-secret' };

test.each<[string, TwilioProviderOptions['credentials']]>([
  ['authenticates with its auth token', { authToken: 'the-token' }],
  ['authenticates with an API key and also has the auth token', { ...API_KEY, authToken: 'the-token' }],
])('requests receipts if it %s', async (_, credentials) => {
  const { receipts, form } = await send({ credentials }, { receiptUrl: RECEIPT_URL });

  expect(receipts).toBe('callback');
  expect(form).toMatchObject({ From: '+15005550006', StatusCallback: RECEIPT_URL });
});

test('requests no receipts without a URL', async () => {
  expect((await send({})).form).not.toHaveProperty('StatusCallback');
});

test('requests no receipts that it cannot verify', async () => {
  const { receipts, form } = await send({ credentials: API_KEY }, { receiptUrl: RECEIPT_URL });

  expect(receipts).toBe('none');
  expect(form).not.toHaveProperty('StatusCallback');
});

test('authenticates with the API key even if it also has the auth token', async () => {
  const { received } = await send({ credentials: { ...API_KEY, authToken: 'the-token' } });

  expect(received?.headers.authorization).toBe(basic('SK1', 'the-secret'));
});
