import type { Provider, SendRequest } from '@sms-gateway/providers';
import { createReceiptReferences } from '@sms-gateway/privacy';
import { expect, test } from 'vitest';
import { sampleJob } from '../../../test/support/sample-delivery.ts';
import { createProviderCalls } from './provider-calls.ts';
import type { CallPermit, ProviderHealth } from './health/health.ts';

const NOW = 1_000_000;
const permit: CallPermit = { provider: 'twilio', circuitPermit: { isProbe: false, generation: 0 } };
const references = createReceiptReferences({ kind: 'keys', keys: [new Uint8Array(32)] });

function setup({
  leftMs,
  receipts = 'callback',
  ...options
}: {
  leftMs: number;
  receipts?: Provider['receipts'];
  publicUrl?: string | undefined;
}) {
  const publicUrl = 'publicUrl' in options ? options.publicUrl : 'https://sms.example.com';
  const requests: SendRequest[] = [];
  const told: string[] = [];
  const provider: Provider = {
    name: 'twilio',
    receipts,
    // Silent until it is given up.
    send: (request, signal) => {
      requests.push(request);
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ kind: 'unknown', code: 'aborted' }));
      });
    },
    close: async () => undefined,
  };
  const health: ProviderHealth = {
    availableAt: () => 0,
    acquire: async () => permit,
    report: (_permit, { kind }) => void told.push(`reported ${kind}`),
    release: () => void told.push('withdrawn'),
    snapshot: () => ({}),
    standstill: () => undefined,
  };
  const calls = createProviderCalls({ providers: [provider], health, references, publicUrl, now: () => NOW });
  const job = sampleJob({
    id: 'msg_0123456789abcdefghij-_',
    acceptedAt: NOW - 1000,
    deadline: NOW + leftMs,
  });
  const send = () =>
    calls.send({
      job,
      number: 2,
      permit,
      planned: { name: 'twilio', sender: 'Acme' },
      payload: { to: '+14155550123', body: 'Your code is 493817' },
      text: 'Your code is 493817',
      // As they were decided on before the attempt's beginning was written down.
      timeoutMs: 10_000,
      validitySeconds: 120,
      signal: new AbortController().signal,
    });
  return { calls, send, requests, told };
}

test('a call lasts no longer than its code, and promises the carrier no more, however late it begins', async () => {
  const { send, requests, told } = setup({ leftMs: 40 });

  expect(await send()).toMatchObject({ finished: { number: 2, result: 'unknown', code: 'aborted' } });
  expect(requests).toMatchObject([{ validitySeconds: 1, sender: 'Acme', attempt: 2 }]);
  expect(told).toEqual(['reported unknown']);
});

test('no call is made at the deadline, and its permit is given back', async () => {
  const { send, requests, told } = setup({ leftMs: 0 });

  expect(await send()).toMatchObject({
    finished: { result: 'transient', code: 'deadline_before_call' },
  });
  expect(requests).toEqual([]);
  expect(told).toEqual(['withdrawn']);
});

test('a provider is told where to call back, with a reference to this very attempt', async () => {
  const { send, requests, calls } = setup({ leftMs: 20 });
  await send();

  const url = requests[0]?.receiptUrl ?? '';
  expect(url.startsWith('https://sms.example.com/v1/receipts/twilio/')).toBe(true);
  const token = url.split('/').at(-1) ?? '';
  const dayAfterMs = NOW + 20 + 24 * 3600 * 1000;
  expect(references.read(token, { provider: 'twilio', now: dayAfterMs - 1000 })).toEqual({
    messageId: 'msg_0123456789abcdefghij-_',
    attempt: 2,
  });
  expect(references.read(token, { provider: 'twilio', now: dayAfterMs })).toBeUndefined();
  expect(calls.sendsReceipts('twilio')).toBe(true);
});

test.each<[string, Parameters<typeof setup>[0], boolean]>([
  ['nobody can reach us', { leftMs: 20, publicUrl: undefined }, false],
  ['it sends none', { leftMs: 20, receipts: 'none' }, false],
  [
    'it sends them over its own connection',
    { leftMs: 20, receipts: 'connection', publicUrl: undefined },
    true,
  ],
])('a provider is told nothing where %s', async (_title, options, sendsReceipts) => {
  const { send, requests, calls } = setup(options);
  await send();

  expect(requests[0]?.receiptUrl).toBeUndefined();
  expect(calls.sendsReceipts('twilio')).toBe(sendsReceipts);
});
