import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Provider, SendRequest, SendResult } from '../../packages/providers/src/provider.ts';
import {
  refusingUrl,
  type Respond,
  startDeafServer,
  startScriptedProviderServer,
} from './scripted-provider-server.ts';
import { until } from './until.ts';

export const NOW_MS = Date.UTC(2026, 10, 23, 7, 0, 0);
const IN_30_S = new Date(NOW_MS + 30_000).toUTCString();
/** Stands for every credential of every provider. */
export const SECRET = 'provider-secret-9f2c';
/** Stands for every account's ID. */
export const ACCOUNT_ID = `AC${'0a'.repeat(16)}`;

export const REQUEST: SendRequest = {
  id: 'message-7f3a',
  to: '+14155550123',
  from: undefined,
  sender: undefined,
  body: 'Your code is 493817',
  validitySeconds: 120,
  receiptUrl: undefined,
};
const PRIVATE = [REQUEST.body, '493817', '4155550123', SECRET, ACCOUNT_ID];
/** What a careless provider might answer: the whole request back. */
export const ECHO = { message: `${REQUEST.body} ${REQUEST.to} ${SECRET} ${ACCOUNT_ID}`, id: REQUEST.body };

type Answer = { status: number; headers?: Record<string, string>; body?: string };
export type Row = [label: string, answer: Answer, expected: SendResult];
export type Subject = {
  name: string;
  create: (url: string) => Provider;
  accepted: {
    status: number;
    providerMessageId: string;
    /** The documented answer with this id where the provider's own belongs. */
    body: (id: string) => string;
  };
  /** What a success means whose body cannot be read. */
  unreadableSuccess: SendResult;
  /** What a 500, 502 or 504 means: whether the message may have been taken. */
  serverError: (status: number) => SendResult;
  documented: Row[];
};

export const fault = (code: string, isRecognised: boolean): SendResult => ({
  kind: 'provider_fault',
  code,
  isRecognised,
});
export const throttled = (code: string, retryAfterMs?: number): SendResult => ({
  kind: 'throttled',
  code,
  retryAfterMs,
});
export const transient = (code: string, retryAfterMs?: number): SendResult => ({
  kind: 'transient',
  code,
  retryAfterMs,
});
export const rejected = (code: string): SendResult => ({ kind: 'rejected', code });
export const unknown = (code: string): SendResult => ({ kind: 'unknown', code });
export const accepted = (providerMessageId?: string): SendResult => ({ kind: 'accepted', providerMessageId });

function answers(subject: Subject): Row[] {
  const { serverError, unreadableSuccess, documented } = subject;
  const { status, body, providerMessageId } = subject.accepted;
  const echo = JSON.stringify(ECHO);
  return [
    ['2xx', { status, body: body(providerMessageId) }, accepted(providerMessageId)],
    ['2xx whose id repeats the text', { status, body: body(REQUEST.body) }, accepted()],
    ['2xx whose id repeats the number', { status, body: body(REQUEST.to) }, accepted()],
    ['2xx without a body', { status }, unreadableSuccess],
    ['2xx that is not JSON', { status, body: '<html>' }, unreadableSuccess],
    ['2xx that is JSON null', { status, body: 'null' }, unreadableSuccess],
    ['2xx that is an empty object', { status, body: '{}' }, unreadableSuccess],
    ['2xx that is cut off', { status, body: body(providerMessageId).slice(0, -3) }, unreadableSuccess],
    ['2xx over the body limit', { status, body: 'x'.repeat(1_000_000) }, unreadableSuccess],
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

/** Runs one provider against local servers: everything a server or the network may do to an attempt. */
export function describeConformance(subject: Subject): void {
  describe(`provider ${subject.name}`, () => conformance(subject));
}

function conformance(subject: Subject): void {
  const { status, body, providerMessageId } = subject.accepted;
  const accept = reply({ status, body: body(providerMessageId) });

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
    await until(() => expect(written).toHaveBeenCalledOnce());
    await until(() => expect(server.sockets).toHaveLength(1));
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
    const provider = use(subject.create(refusingUrl()));

    const result = await provider.send(REQUEST, idle());

    expect(result).toEqual(transient('connect_refused'));
    expectNothingPrivate(result);
  });

  test('sends nothing once aborted', async () => {
    await using server = await startScriptedProviderServer(accept);
    const provider = use(subject.create(server.url));

    const result = await provider.send(REQUEST, AbortSignal.abort());

    expect(result).toEqual(transient('aborted'));
    await provider.send(REQUEST, idle());
    expect(server.requests).toHaveLength(1);
  });

  test('keeps a hundred concurrent attempts and their signals apart', async () => {
    await using server = await startScriptedProviderServer((response, request) => {
      if (!request.body.includes('silent')) accept(response, request);
    });
    const provider = use(subject.create(server.url));
    const controllers = Array.from({ length: 50 }, () => new AbortController());

    const silent = controllers.map(({ signal }) => provider.send({ ...REQUEST, body: 'silent' }, signal));
    const answered = await Promise.all(controllers.map(() => provider.send(REQUEST, idle())));
    await until(() => expect(server.requests).toHaveLength(100));
    for (const controller of controllers) controller.abort();

    expect(answered.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(await Promise.all(silent)).toEqual(controllers.map(() => unknown('aborted')));
  });
}
