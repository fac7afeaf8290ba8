import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  refusingUrl,
  type Respond,
  startDeafServer,
  startScriptedProviderServer,
} from '../../../test/support/scripted-provider-server.ts';
import { createHttpProvider } from './http/http.ts';
import type { Provider, SendRequest, SendResult } from './provider.ts';
import { createTwilioProvider } from './twilio/twilio.ts';

const NOW_MS = Date.UTC(2026, 10, 23, 7, 0, 0);
const IN_30_S = new Date(NOW_MS + 30_000).toUTCString();
const SECRET = 'provider-secret-9f2c';
const ACCOUNT_SID = `AC${'0a'.repeat(16)}`;
const MESSAGE_SID = `SM${'0b'.repeat(16)}`;

const REQUEST: SendRequest = {
  id: 'message-7f3a',
  to: '+14155550123',
  from: undefined,
  body: 'Your code is 493817',
  validitySeconds: 120,
};
const PRIVATE = [REQUEST.body, '493817', '4155550123', SECRET, ACCOUNT_SID];
// What a careless provider might answer: the whole request back.
const ECHO = { message: `${REQUEST.body} ${REQUEST.to} ${SECRET} ${ACCOUNT_SID}`, id: REQUEST.body };

type Answer = { status: number; headers?: Record<string, string>; body?: string };
type Row = [label: string, answer: Answer, expected: SendResult];
type Subject = {
  name: string;
  create: (url: string) => Provider;
  accepted: { answer: Answer; providerMessageId: string };
  /** What a 500, 502 or 504 means: whether the message may have been taken. */
  serverError: (status: number) => SendResult;
  documented: Row[];
};

const fault = (code: string, isRecognised: boolean): SendResult => ({
  kind: 'provider_fault',
  code,
  isRecognised,
});
const throttled = (code: string, retryAfterMs?: number): SendResult => ({
  kind: 'throttled',
  code,
  retryAfterMs,
});
const transient = (code: string, retryAfterMs?: number): SendResult => ({
  kind: 'transient',
  code,
  retryAfterMs,
});
const rejected = (code: string): SendResult => ({ kind: 'rejected', code });
const unknown = (code: string): SendResult => ({ kind: 'unknown', code });

const twilioRow = (status: number, code: number, expected: SendResult): Row => [
  `${status} with code ${code}`,
  { status, body: JSON.stringify({ ...ECHO, code, status }) },
  expected,
];

const SUBJECTS: Subject[] = [
  {
    name: 'http',
    create: (url) => createHttpProvider({ url: `${url}/sms`, token: SECRET, now: () => NOW_MS }),
    accepted: { answer: { status: 202, body: '{"id":"p-1"}' }, providerMessageId: 'p-1' },
    serverError: (status) => transient(`http_${status}`),
    documented: [
      ['400', { status: 400, body: JSON.stringify(ECHO) }, fault('http_400', false)],
      ['408', { status: 408 }, transient('http_408')],
      ['422', { status: 422, body: JSON.stringify(ECHO) }, rejected('http_422')],
      [
        '500 with Retry-After',
        { status: 500, headers: { 'retry-after': '2' } },
        transient('http_500', 2_000),
      ],
    ],
  },
  {
    name: 'twilio',
    create: (url) =>
      createTwilioProvider({
        accountSid: ACCOUNT_SID,
        credentials: { authToken: SECRET },
        sender: { from: '+15005550006' },
        apiUrl: url,
        now: () => NOW_MS,
      }),
    accepted: {
      answer: { status: 201, body: JSON.stringify({ sid: MESSAGE_SID, body: REQUEST.body, to: REQUEST.to }) },
      providerMessageId: MESSAGE_SID,
    },
    serverError: (status) => unknown(`http_${status}`),
    documented: [
      twilioRow(400, 21211, rejected('twilio_21211')),
      twilioRow(400, 21610, rejected('twilio_21610')),
      twilioRow(400, 21614, rejected('twilio_21614')),
      twilioRow(400, 21635, rejected('twilio_21635')),
      twilioRow(400, 21408, fault('twilio_21408', true)),
      twilioRow(400, 21606, fault('twilio_21606', true)),
      twilioRow(400, 21612, fault('twilio_21612', true)),
      twilioRow(401, 20003, fault('twilio_20003', true)),
      twilioRow(404, 20404, fault('twilio_20404', true)),
      twilioRow(429, 20429, throttled('twilio_20429')),
      twilioRow(400, 21611, throttled('twilio_21611')),
      twilioRow(400, 29999, fault('twilio_29999', false)),
      twilioRow(403, 29999, fault('twilio_29999', true)),
      ['408', { status: 408 }, transient('http_408')],
      ['a code that is text', { status: 400, body: `{"code":"${REQUEST.body}"}` }, fault('http_400', false)],
      [
        'an RFC 9457 problem',
        { status: 400, body: JSON.stringify({ type: 'about:blank', title: 'x', status: 400, code: 21610 }) },
        rejected('twilio_21610'),
      ],
    ],
  },
];

function answers({ accepted, serverError, documented }: Subject): Row[] {
  const ok = accepted.answer.status;
  const taken = (providerMessageId?: string): SendResult => ({ kind: 'accepted', providerMessageId });
  const echo = JSON.stringify(ECHO);
  return [
    ['2xx', accepted.answer, taken(accepted.providerMessageId)],
    ['2xx without a body', { status: ok }, taken()],
    ['2xx that is not JSON', { status: ok, body: '<html>' }, taken()],
    ['2xx that is JSON null', { status: ok, body: 'null' }, taken()],
    [
      '2xx whose id repeats the text',
      { status: ok, body: `{"id":"${REQUEST.body}","sid":"${REQUEST.body}"}` },
      taken(),
    ],
    ['2xx over the body limit', { status: ok, body: 'x'.repeat(1_000_000) }, taken()],
    ['401', { status: 401, body: echo }, fault('http_401', true)],
    ['403', { status: 403, body: echo }, fault('http_403', true)],
    ['an unknown 4xx', { status: 418, body: echo }, fault('http_418', false)],
    ['429', { status: 429, body: echo }, throttled('http_429')],
    ['429 with seconds', { status: 429, headers: { 'retry-after': '7' } }, throttled('http_429', 7_000)],
    ['429 with a date', { status: 429, headers: { 'retry-after': IN_30_S } }, throttled('http_429', 30_000)],
    ['429 with nonsense', { status: 429, headers: { 'retry-after': 'soon' } }, throttled('http_429')],
    ['500', { status: 500, body: echo }, serverError(500)],
    ['502', { status: 502, body: '<html>' }, serverError(502)],
    ['503', { status: 503, headers: { 'retry-after': '3' } }, transient('http_503', 3_000)],
    ['504', { status: 504 }, serverError(504)],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, fault('http_307', false)],
    ...documented,
  ];
}

const FAULTS: [label: string, respond: Respond, expected: SendResult][] = [
  [
    'a reset after the request',
    (response) => response.socket?.resetAndDestroy(),
    unknown('connection_reset'),
  ],
  ['a close after the request', (response) => response.socket?.end(), unknown('connection_closed')],
  [
    'an answer cut off',
    (response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"id":', () => response.socket?.end());
    },
    unknown('connection_closed'),
  ],
  [
    'an answer that is not HTTP',
    (response) => response.socket?.end('220 smtp\r\n'),
    unknown('answer_malformed'),
  ],
];

function reply({ status, headers, body = '' }: Answer): Respond {
  return (response) => response.writeHead(status, headers).end(body);
}

function use(provider: Provider): Provider {
  onTestFinished(() => provider.close());
  return provider;
}

function expectNothingPrivate(result: SendResult) {
  const shown = JSON.stringify(result) + inspect(result, { depth: Infinity, showHidden: true });
  for (const secret of PRIVATE) expect(shown).not.toContain(secret);
}

const idle = () => new AbortController().signal;

describe.each(SUBJECTS)('provider $name', (subject) => {
  test.each(answers(subject))('answers %s', async (_, answer, expected) => {
    await using server = await startScriptedProviderServer(reply(answer));
    const provider = use(subject.create(server.url));

    const result = await provider.send(REQUEST, idle());

    expect(result).toEqual(expected);
    expect(server.requests).toHaveLength(1);
    expectNothingPrivate(result);
  });

  test.each(FAULTS)('does not take %s for a failure', async (_, respond, expected) => {
    await using server = await startScriptedProviderServer(respond);
    const provider = use(subject.create(server.url));

    const result = await provider.send(REQUEST, idle());

    expect(result).toEqual(expected);
    expect(server.requests).toHaveLength(1);
    expectNothingPrivate(result);
  });

  test('does not take a reset of a request that was written but never read for a failure', async () => {
    await using server = await startDeafServer();
    const provider = use(subject.create(server.url));
    const written = vi.fn();
    subscribe('undici:request:bodySent', written);
    onTestFinished(() => void unsubscribe('undici:request:bodySent', written));

    const sending = provider.send(REQUEST, idle());
    await vi.waitFor(() => expect(written).toHaveBeenCalledOnce());
    await vi.waitFor(() => expect(server.sockets).toHaveLength(1));
    server.sockets[0]?.resetAndDestroy();

    expect(await sending).toEqual(unknown('connection_reset'));
    expect(server.sockets).toHaveLength(1);
  });

  test('gives up on a silent provider as soon as it is told to, without knowing the outcome', async () => {
    await using server = await startScriptedProviderServer(() => {});
    const provider = use(subject.create(server.url));
    const controller = new AbortController();

    const sending = provider.send(REQUEST, controller.signal);
    await server.nextRequest();
    controller.abort(new Error(REQUEST.body));
    const result = await sending;

    expect(result).toEqual(unknown('aborted'));
    expect(server.requests).toHaveLength(1);
    expectNothingPrivate(result);
  });

  test('knows that a refused connection sent nothing', async () => {
    const provider = use(subject.create(await refusingUrl()));

    const result = await provider.send(REQUEST, idle());

    expect(result).toEqual(transient('connect_refused'));
    expectNothingPrivate(result);
  });

  test('sends nothing once aborted', async () => {
    await using server = await startScriptedProviderServer(reply(subject.accepted.answer));
    const provider = use(subject.create(server.url));

    const result = await provider.send(REQUEST, AbortSignal.abort());

    expect(result).toEqual(transient('aborted'));
    await provider.send(REQUEST, idle());
    expect(server.requests).toHaveLength(1);
  });

  test('keeps a hundred concurrent attempts and their signals apart', async () => {
    await using server = await startScriptedProviderServer((response, request) => {
      if (!request.body.includes('silent')) reply(subject.accepted.answer)(response, request);
    });
    const provider = use(subject.create(server.url));
    const controllers = Array.from({ length: 50 }, () => new AbortController());

    const silent = controllers.map(({ signal }) => provider.send({ ...REQUEST, body: 'silent' }, signal));
    const answered = await Promise.all(controllers.map(() => provider.send(REQUEST, idle())));
    await vi.waitFor(() => expect(server.requests).toHaveLength(100));
    for (const controller of controllers) controller.abort();

    expect(answered.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(await Promise.all(silent)).toEqual(controllers.map(() => unknown('aborted')));
  });
});
