import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createReceiptReferences } from './receipt-reference.ts';

const [key, otherKey] = [randomBytes(32), randomBytes(32)];
const NOW = 1_800_000_000_000;
const ATTEMPT = { messageId: 'msg_0123456789abcdefghij-_', attempt: 2 };
const ISSUED = { ...ATTEMPT, provider: 'infobip', expiresAt: NOW + 60_000 };
const CALL = { provider: 'infobip', now: NOW };

test('a reference is read as it was issued, and needs no escaping in a URL', () => {
  const references = createReceiptReferences({ kind: 'keys', keys: [key] });
  const token = references.issue(ISSUED);

  expect(references.read(token, CALL)).toEqual(ATTEMPT);
  expect(encodeURIComponent(token)).toBe(token);
  expect(references.areUnforgeable).toBe(true);
});

test('one issued before a key rotation is still read', () => {
  const before = createReceiptReferences({ kind: 'keys', keys: [key] });
  const after = createReceiptReferences({ kind: 'keys', keys: [otherKey, key] });

  expect(after.read(before.issue(ISSUED), CALL)).toEqual(ATTEMPT);
});

test('a reference is good for its provider and its time only', () => {
  const references = createReceiptReferences({ kind: 'keys', keys: [key] });
  const token = references.issue(ISSUED);

  expect(references.read(token, { ...CALL, provider: 'sinch' })).toBeUndefined();
  expect(references.read(token, { ...CALL, now: NOW + 59_999 })).toEqual(ATTEMPT);
  expect(references.read(token, { ...CALL, now: NOW + 60_000 })).toBeUndefined();
});

test('nobody without the key can make one, or turn one to another message, attempt or time', () => {
  const references = createReceiptReferences({ kind: 'keys', keys: [key] });
  const token = references.issue(ISSUED);
  const [message = '', attempt = '', expires = '', mac = ''] = token.split('.');
  const forged = [
    createReceiptReferences({ kind: 'keys', keys: [otherKey] }).issue(ISSUED),
    createReceiptReferences({ kind: 'off' }).issue(ISSUED),
    [message, '3', expires, mac].join('.'),
    [message.replace('msg_0', 'msg_1'), attempt, expires, mac].join('.'),
    [message, attempt, 'zzzzzzz', mac].join('.'),
    [message, attempt, mac].join('.'),
    token.slice(0, -1),
    `${token}A`,
    `${message}.${attempt}.${expires}.`,
    `${token}\n`,
    '',
  ];

  expect(forged.map((forgery) => references.read(forgery, CALL))).toEqual(forged.map(() => undefined));
});

test('without payload keys references are told to prove nothing', () => {
  const references = createReceiptReferences({ kind: 'off' });

  expect(references.areUnforgeable).toBe(false);
  expect(references.read(references.issue(ISSUED), CALL)).toEqual(ATTEMPT);
});
