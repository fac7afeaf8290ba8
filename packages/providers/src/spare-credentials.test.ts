import { expect, onTestFinished, test } from 'vitest';
import {
  accepted,
  ACCOUNT_ID,
  fault,
  REQUEST,
  throttled,
} from '../../../test/support/provider-conformance.ts';
import { type Respond, startScriptedProviderServer } from '../../../test/support/scripted-provider-server.ts';
import { createPlivoProvider } from './plivo/plivo.ts';
import type { Provider } from './provider.ts';
import { withSpareCredentials } from './spare-credentials.ts';
import { createTwilioProvider } from './twilio/twilio.ts';

const idle = () => new AbortController().signal;
const basic = (token: string) => `Basic ${Buffer.from(`${ACCOUNT_ID}:${token}`).toString('base64')}`;

type Make = (token: string, apiUrl: string) => Provider;
const twilio: Make = (authToken, apiUrl) =>
  createTwilioProvider({
    accountSid: ACCOUNT_ID,
    credentials: { authToken },
    sender: { from: '+15005550006' },
    apiUrl,
  });
const plivo: Make = (authToken, apiUrl) =>
  createPlivoProvider({ authId: ACCOUNT_ID, authToken, sender: { from: '+15005550006' }, apiUrl });

/** A provider with the tokens `first` and `second` at a vendor that knows those of `known`. */
async function setup({ make = twilio, answer }: { make?: Make; answer?: Respond } = {}) {
  const known = new Set<string>();
  const server = await startScriptedProviderServer((response, request) => {
    if (answer) answer(response, request);
    else if ([...known].some((token) => basic(token) === request.headers.authorization))
      response.writeHead(201).end('{"sid":"SM1","message_uuid":["SM1"]}');
    else response.writeHead(401).end('{"code":20003}');
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const events: object[] = [];
  const provider = withSpareCredentials([make('first', server.url), make('second', server.url)], (event) =>
    events.push(event),
  );
  onTestFinished(() => provider.close());
  const used = () =>
    server.requests.map(({ headers }) => (headers.authorization === basic('first') ? 'first' : 'second'));
  return { known, events, provider, used, send: () => provider.send(REQUEST, idle()) };
}

test.each([
  ['twilio', twilio, 'twilio_20003'],
  ['plivo', plivo, 'http_401'],
])('%s sends with the second auth token what the first is refused for', async (_, make, code) => {
  const { known, events, provider, used, send } = await setup({ make });
  known.add('second');

  expect(await send()).toEqual(accepted('SM1'));
  expect(await send()).toEqual(accepted('SM1'));

  expect(used()).toEqual(['first', 'second', 'second']);
  expect(events).toEqual([{ event: 'credentials_refused', severity: 'error', number: 1, code }]);
  expect(provider.problem?.()).toEqual({
    reason: `number 1 of 2 configured credentials is refused (${code})`,
    stopsSending: false,
  });
});

test('returns to the first where the second is revoked', async () => {
  const { known, used, provider, send } = await setup();
  known.add('second');
  await send();
  known.delete('second');
  known.add('first');

  expect(await send()).toEqual(accepted('SM1'));
  expect(used()).toEqual(['first', 'second', 'second', 'first']);
  expect(provider.problem?.()?.reason).toContain('number 2 of 2');
});

test('is refused where the vendor knows none of them', async () => {
  const { used, send } = await setup();

  expect(await send()).toEqual(fault('twilio_20003', true));
  expect(used()).toEqual(['first', 'second']);
});

test.each<[what: string, status: number, body: string, expected: object]>([
  ['limited', 429, '{}', throttled('http_429')],
  ['refused for its sender', 400, '{"code":21606}', fault('twilio_21606', true)],
  ['forbidden', 403, '{}', fault('http_403', true)],
])('makes one call for a message that is %s', async (_, status, body, expected) => {
  const { used, events, provider, send } = await setup({
    answer: (response) => response.writeHead(status).end(body),
  });

  expect(await send()).toEqual(expected);
  expect(used()).toEqual(['first']);
  expect(events).toEqual([]);
  expect(provider.problem?.()).toBeUndefined();
});

test('sends nothing more once aborted', async () => {
  const controller = new AbortController();
  const { provider, used } = await setup({
    answer: (response) => {
      controller.abort();
      response.writeHead(401).end();
    },
  });

  await provider.send(REQUEST, controller.signal);
  expect(used()).toEqual(['first']);
});
