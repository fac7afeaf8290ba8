import { expect, onTestFinished, test } from 'vitest';
import type { SendRequest } from '../provider.ts';
import { createInboxProvider, type InboxProviderOptions } from './inbox.ts';

type Delivered = Parameters<InboxProviderOptions['deliver']>[0];

function setup({ deliver }: Partial<Pick<InboxProviderOptions, 'deliver'>> = {}) {
  const delivered: Delivered[] = [];
  const provider = createInboxProvider({
    onReceipt: async () => undefined,
    deliver: deliver ?? (async (message) => void delivered.push(message)),
    after: (_delayMs, callback) => {
      queueMicrotask(callback);
      return () => undefined;
    },
  });
  onTestFinished(() => provider.close());
  const send = (digits: string, more: Partial<SendRequest> = {}) =>
    provider.send(
      {
        id: 'msg_1',
        to: `+141555501${digits}`,
        from: 'Acme',
        sender: undefined,
        body: 'Your code is 493817',
        validitySeconds: 120,
        receiptUrl: undefined,
        ...more,
      },
      new AbortController().signal,
    );
  return { delivered, send, provider };
}

test('delivers what a phone would get', async () => {
  const { delivered, send, provider } = setup();

  expect(provider.name).toBe('inbox');
  expect(await send('55')).toMatchObject({ kind: 'accepted' });
  expect(delivered).toEqual([
    {
      id: 'msg_1',
      to: '+14155550155',
      from: 'Acme',
      body: 'Your code is 493817',
      arrived: true,
      result: 'delivered',
    },
  ]);
});

test('shows the sender that the route chose', async () => {
  const { delivered, send } = setup();

  await send('55', { sender: '+12025550100' });

  expect(delivered).toMatchObject([{ from: '+12025550100' }]);
});

test.each([
  ['02', true, 'accepted'],
  ['05', false, 'undelivered'],
  ['08', false, 'expired'],
  ['11', false, 'simulated_rejected'],
  ['16', false, 'simulated_transient'],
  ['17', false, 'connection_reset'],
  ['18', true, 'delivered'],
])('tells of the number ending in %s whether it arrives', async (digits, arrived, result) => {
  const { delivered, send } = setup();

  await send(digits);

  expect(delivered).toMatchObject([{ arrived, result }]);
});

test('an inbox that cannot be reached is a fault that is tried again', async () => {
  const { send } = setup({ deliver: () => Promise.reject(new Error('no Redis')) });

  expect(await send('55')).toMatchObject({ kind: 'transient', code: 'inbox_unavailable' });
});
