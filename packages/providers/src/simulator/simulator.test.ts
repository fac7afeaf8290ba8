import { getEventListeners } from 'node:events';
import { parsePhoneNumber, type Receipt } from '@sms-gateway/contract';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SendRequest, SendResult } from '../provider.ts';
import { SIMULATED_NUMBERS } from './simulated-numbers.ts';
import { createSimulatorProvider } from './simulator.ts';

const REQUEST: SendRequest = {
  id: 'msg_1',
  to: '+14155550100',
  from: undefined,
  sender: undefined,
  body: 'Your code is 493817',
  validitySeconds: 120,
  attempt: 2,
  receiptUrl: undefined,
};

/** A simulator whose time passes only when the test says so. */
function setup() {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  const receipts: { receipt: Receipt; messageId: string; attempt: number; at: number }[] = [];
  const provider = createSimulatorProvider({
    onReceipt: async (receipt, { messageId, attempt }) =>
      void receipts.push({ receipt, messageId, attempt, at: now }),
    after: (delayMs, callback) => {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  const passMs = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      now = next.at;
      timers.delete(next);
      next.callback();
    }
    now = end;
  };
  const send = async (digits: string, signal = new AbortController().signal) => {
    const sending = provider.send({ ...REQUEST, to: `+141555501${digits}` }, signal);
    passMs(2000);
    return sending;
  };
  return { provider, passMs, send, receipts, timers };
}

const statuses = (digits: string) =>
  SIMULATED_NUMBERS[digits]?.receipts.toSorted((a, b) => a.afterMs - b.afterMs).map(({ status }) => status);

describe('the number ending in', () => {
  const rows = Object.entries(SIMULATED_NUMBERS).filter(([, row]) => row.answerAfterMs !== Infinity);

  test.each(rows)('%s does what its row says', async (digits, row) => {
    const { send, passMs, receipts } = setup();

    const result: SendResult = await send(digits);
    passMs(10_000);

    expect(result).toMatchObject(row.result);
    expect(receipts.map(({ receipt }) => receipt.status)).toEqual(statuses(digits));
    expect(receipts.every(({ messageId, attempt }) => messageId === 'msg_1' && attempt === 2)).toBe(true);
    if (result.kind === 'accepted') {
      expect(receipts.every(({ receipt }) => receipt.providerMessageId === result.providerMessageId)).toBe(
        true,
      );
    }
  });

  test('55 is accepted and delivered, like every number without a row', async () => {
    const { send, passMs, receipts } = setup();

    expect(await send('55')).toMatchObject({ kind: 'accepted' });
    passMs(10_000);
    expect(receipts.map(({ receipt }) => receipt.status)).toEqual(['sent', 'delivered']);
  });

  test('19 says nothing until it is given up', async () => {
    const { provider, timers } = setup();
    const controller = new AbortController();
    const sending = provider.send({ ...REQUEST, to: '+14155550119' }, controller.signal);
    // Node takes a timer of Infinity for one of a millisecond.
    expect(timers.size).toBe(0);

    controller.abort();

    expect(await sending).toEqual({ kind: 'unknown', code: 'aborted' });
  });
});

test('every row has numbers that are possible and reserved for fiction', () => {
  for (const digits of Object.keys(SIMULATED_NUMBERS)) {
    expect(parsePhoneNumber(`+141555501${digits}`)).toMatchObject({ country: 'US' });
  }
});

test('given up before its answer, it sends no receipt', async () => {
  const { provider, passMs, receipts, timers } = setup();
  const controller = new AbortController();
  const sending = provider.send({ ...REQUEST, to: '+14155550101' }, controller.signal);

  controller.abort();

  expect(await sending).toEqual({ kind: 'unknown', code: 'aborted' });
  passMs(10_000);
  expect(receipts).toEqual([]);
  expect(timers.size).toBe(0);
});

test('its own timers answer, and bring the receipts', async () => {
  const arrived = new Promise<Receipt>((resolve) => {
    const provider = createSimulatorProvider({ onReceipt: async (receipt) => resolve(receipt) });
    onTestFinished(() => provider.close());
    void provider.send({ ...REQUEST, to: '+14155550103' }, new AbortController().signal);
  });

  expect(await arrived).toMatchObject({ status: 'delivered' });
});

test('does nothing once aborted', async () => {
  const { provider } = setup();

  expect(await provider.send(REQUEST, AbortSignal.abort())).toMatchObject({
    kind: 'transient',
    code: 'aborted',
  });
});

test('closed, it leaves no timer and no message in hand behind', async () => {
  const { provider, passMs, timers } = setup();
  const taken = provider.send(REQUEST, new AbortController().signal);
  passMs(100);
  await taken;
  const inHand = ['55', '19'].map((digits) =>
    provider.send({ ...REQUEST, to: `+141555501${digits}` }, new AbortController().signal),
  );
  expect(timers.size).toBeGreaterThan(0);

  await provider.close();

  expect(timers.size).toBe(0);
  expect(await Promise.all(inHand)).toEqual(inHand.map(() => ({ kind: 'unknown', code: 'client_closed' })));
});

test('leaves nothing behind on a signal that outlives the attempt', async () => {
  const { send } = setup();
  const { signal } = new AbortController();

  await send('55', signal);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('names every attempt, not only every message, by an id of its own', async () => {
  const { provider, passMs } = setup();
  const sending = [1, 2].map((attempt) =>
    provider.send({ ...REQUEST, attempt }, new AbortController().signal),
  );
  passMs(2000);

  const ids = (await Promise.all(sending)).map(
    (result) => result.kind === 'accepted' && result.providerMessageId,
  );

  expect(new Set(ids).size).toBe(2);
});
