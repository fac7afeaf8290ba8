import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  refusingUrl,
  type Respond,
  startScriptedProviderServer,
} from '../../../test/support/scripted-provider-server.ts';
import { createInfobipProvider } from './infobip/infobip.ts';
import type { LookupResult, Provider } from './provider.ts';
import { createRestProvider } from './rest-provider.ts';
import { createSinchProvider } from './sinch/sinch.ts';

const ID = 'msg_0123456789abcdefghij-_';
const REQUEST = { id: ID, to: '+14155550123' };
const [KEY, ACCOUNT, TEXT] = ['provider-secret-9f2c', 'jd63jf88477ll', 'Your code is 493817'];
const BATCH_ID = '01FC66621XXXXX119Z8PMV1QPQ';

const log = (messageId: string, groupId: number) => ({
  messageId,
  destination: '14155550123',
  status: { groupId, groupName: TEXT, id: 5 },
  content: { text: TEXT },
});
const batch = (reference: string | undefined, id: string = BATCH_ID) => ({
  id,
  to: ['14155550123'],
  body: TEXT,
  canceled: false,
  client_reference: reference,
});

type Subject = {
  name: string;
  create: (url: string) => Provider;
  path: string;
  authorization: string;
  rows: [label: string, answer: unknown, expected: LookupResult][];
};

const found = (providerMessageId?: string): LookupResult => ({ kind: 'found', providerMessageId });
const unanswered = (code: string): LookupResult => ({ kind: 'unanswered', code });
const NOT_FOUND: LookupResult = { kind: 'not_found' };

const SUBJECTS: Subject[] = [
  {
    name: 'infobip',
    create: (url) => createInfobipProvider({ baseUrl: `${url}/proxy/`, apiKey: KEY, from: 'Acme' }),
    path: `/proxy/sms/3/logs?messageId=${ID}`,
    authorization: `App ${KEY}`,
    rows: [
      ['a message on its way', { results: [log(ID, 1)] }, found(ID)],
      ['a message that was delivered', { results: [log(ID, 3)] }, found(ID)],
      ['a message that could not be delivered', { results: [log(ID, 2)] }, NOT_FOUND],
      ['a message that has expired', { results: [log(ID, 4)] }, NOT_FOUND],
      ['a message without a status', { results: [{ messageId: ID }] }, found(ID)],
      ['a message and the refusal of its repetition', { results: [log(ID, 5), log(ID, 1)] }, found(ID)],
      ['a message that was refused', { results: [log(ID, 5)] }, NOT_FOUND],
      ['no message', { results: [] }, NOT_FOUND],
      ['the message among others', { results: [log(ID, 1), log(TEXT, 1)] }, unanswered('http_200')],
      ['other messages', { results: [log('41793026727', 3)] }, unanswered('http_200')],
      ['text for messages', { results: TEXT }, unanswered('http_200')],
      ['no list', {}, unanswered('http_200')],
    ],
  },
  {
    name: 'sinch',
    create: (url) =>
      createSinchProvider({
        servicePlanId: ACCOUNT,
        apiToken: KEY,
        region: 'eu',
        from: 'Acme',
        apiUrl: `${url}/proxy`,
      }),
    path: `/proxy/xms/v1/${ACCOUNT}/batches?page_size=10&client_reference=${ID}`,
    authorization: `Bearer ${KEY}`,
    rows: [
      ['the batch', { count: 1, page: 0, page_size: 1, batches: [batch(ID)] }, found(BATCH_ID)],
      ['two batches', { batches: [batch(ID), batch(ID, 'B'.repeat(26))] }, found(BATCH_ID)],
      ['a batch whose id repeats the number', { batches: [batch(ID, '+14155550123')] }, found()],
      ['a canceled batch', { batches: [{ ...batch(ID), canceled: true }] }, NOT_FOUND],
      ['no batch', { count: 0, page: 0, page_size: 0, batches: [] }, NOT_FOUND],
      ['the batch among others', { batches: [batch(ID), batch('another')] }, unanswered('http_200')],
      ['a batch without a reference', { batches: [batch(undefined)] }, unanswered('http_200')],
      ['text for batches', { batches: TEXT }, unanswered('http_200')],
      ['no list', {}, unanswered('http_200')],
    ],
  },
];

const ECHO = JSON.stringify({ error: `${TEXT} ${REQUEST.to} ${KEY} ${ACCOUNT}` });
const reply =
  (status: number, body = '', headers: Record<string, string> = {}): Respond =>
  (response) =>
    response.writeHead(status, headers).end(body);

const FAULTS: [label: string, respond: Respond, code: string][] = [
  ['401', reply(401, ECHO), 'http_401'],
  ['403', reply(403, ECHO), 'http_403'],
  ['404', reply(404, ECHO), 'http_404'],
  ['429', reply(429, ECHO, { 'retry-after': '7' }), 'http_429'],
  ['500', reply(500, ECHO), 'http_500'],
  ['503', reply(503, '<html>'), 'http_503'],
  ['an empty list that is an error', reply(502, '{"results":[],"batches":[]}'), 'http_502'],
  ['a redirect', reply(307, '', { location: '/elsewhere' }), 'http_307'],
  ['2xx without a body', reply(200), 'http_200'],
  ['2xx that is not JSON', reply(200, '<html>'), 'http_200'],
  ['2xx that is JSON null', reply(200, 'null'), 'http_200'],
  ['2xx over the body limit', reply(200, `{"results":[],"batches":[]${' '.repeat(1_000_000)}}`), 'http_200'],
  ['a reset', (response) => response.socket?.resetAndDestroy(), 'connection_reset'],
  ['a close', (response) => response.socket?.end(), 'connection_closed'],
  ['an answer that is not HTTP', (response) => response.socket?.end('220 smtp\r\n'), 'answer_malformed'],
];

describe.each(SUBJECTS)('lookup of $name', ({ create, path, authorization, rows }) => {
  function ask(url: string, signal = new AbortController().signal) {
    const provider = create(url);
    onTestFinished(() => provider.close());
    if (provider.lookup === undefined) throw new Error('cannot be asked');
    return provider.lookup(REQUEST, signal);
  }

  function expectNothingPrivate(result: LookupResult) {
    const shown = inspect(result, { depth: Infinity, showHidden: true });
    for (const secret of [TEXT, '493817', '4155550123', KEY, ACCOUNT]) expect(shown).not.toContain(secret);
  }

  test('asks once, for our id', async () => {
    await using server = await startScriptedProviderServer(reply(200, '{}'));

    await ask(server.url);

    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path,
      headers: { authorization, accept: 'application/json' },
      body: '',
    });
  });

  test.each(rows)('is answered with %s', async (_, answer, expected) => {
    await using server = await startScriptedProviderServer(reply(200, JSON.stringify(answer)));

    const result = await ask(server.url);

    expect(result).toEqual(expected);
    expectNothingPrivate(result);
  });

  test.each(FAULTS)('takes %s for no answer', async (_, respond, code) => {
    await using server = await startScriptedProviderServer(respond);

    const result = await ask(server.url);

    expect(result).toEqual(unanswered(code));
    expect(server.requests).toHaveLength(1);
    expectNothingPrivate(result);
  });

  test('gives up on a silent provider as soon as it is told to', async () => {
    await using server = await startScriptedProviderServer(() => {});
    const controller = new AbortController();

    const asking = ask(server.url, controller.signal);
    await server.nextRequest();
    controller.abort(new Error(TEXT));

    expect(await asking).toEqual(unanswered('aborted'));
  });

  test('is unanswered where nobody listens, and where it is aborted before', async () => {
    expect(await ask(refusingUrl())).toEqual(unanswered('connect_refused'));
    expect(await ask(refusingUrl(), AbortSignal.abort())).toEqual(unanswered('aborted'));
  });
});

test('a provider says that it sends no receipts and cannot be asked, unless it is told otherwise', () => {
  const provider = createRestProvider({
    name: 'plain',
    apiUrl: 'https://api.example.com',
    connections: 1,
    path: '/messages',
    credentials: {},
    authorization: 'Bearer x',
    contentType: 'application/json',
    now: () => 0,
    encode: () => '',
    classify: () => ({ kind: 'accepted', providerMessageId: undefined }),
  });

  expect(provider.receipts).toBe('none');
  expect(provider).not.toHaveProperty('lookup');
});
