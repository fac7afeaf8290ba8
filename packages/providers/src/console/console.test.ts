import { expect, test } from 'vitest';
import type { SendRequest } from '../provider.ts';
import { createConsoleProvider } from './console.ts';

const REQUEST: SendRequest = {
  id: 'message-7f3a',
  to: '+14155550123',
  from: 'Acme',
  sender: undefined,
  body: 'Your code is 493817',
  validitySeconds: 120,
  receiptUrl: undefined,
};

function setup() {
  const lines: string[] = [];
  return { lines, provider: createConsoleProvider({ write: (line) => lines.push(line) }) };
}

test('accepts a message and shows its id and a masked number, not its text', async () => {
  const { lines, provider } = setup();

  const result = await provider.send(REQUEST, new AbortController().signal);

  expect(result).toEqual({ kind: 'accepted', providerMessageId: undefined });
  expect(lines).toEqual(['console: message message-7f3a to +1…23, valid for 120 s\n']);
});

test('masks what is not a phone number too', async () => {
  const { lines, provider } = setup();

  await provider.send({ ...REQUEST, to: '+999999955' }, new AbortController().signal);

  expect(lines).toEqual([expect.stringContaining(' to …55,')]);
});

test('does nothing once aborted', async () => {
  const { lines, provider } = setup();

  const result = await provider.send(REQUEST, AbortSignal.abort());

  expect(result).toEqual({ kind: 'transient', code: 'aborted', retryAfterMs: undefined });
  expect(lines).toEqual([]);
});

test('sends no receipts', () => {
  expect(setup().provider.receipts).toBe('none');
});
