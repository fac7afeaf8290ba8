import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createReceiptReferences } from './receipt-reference.ts';

const [key, otherKey] = [randomBytes(32), randomBytes(32)];
const REFERENCE = { messageId: 'msg_0123456789abcdefghij-_', attempt: 2 };

test('a reference is read as it was issued, and needs no escaping in a URL', () => {
  const references = createReceiptReferences({ kind: 'keys', keys: [key] });
  const token = references.issue(REFERENCE);

  expect(references.read(token)).toEqual(REFERENCE);
  expect(encodeURIComponent(token)).toBe(token);
  expect(references.areUnforgeable).toBe(true);
});

test('one issued before a key rotation is still read', () => {
  const before = createReceiptReferences({ kind: 'keys', keys: [key] });
  const after = createReceiptReferences({ kind: 'keys', keys: [otherKey, key] });

  expect(after.read(before.issue(REFERENCE))).toEqual(REFERENCE);
});

test('nobody without the key can make one, or turn one to another message or attempt', () => {
  const references = createReceiptReferences({ kind: 'keys', keys: [key] });
  const token = references.issue(REFERENCE);
  const forged = [
    createReceiptReferences({ kind: 'keys', keys: [otherKey] }).issue(REFERENCE),
    createReceiptReferences({ kind: 'off' }).issue(REFERENCE),
    token.replace('.2.', '.3.'),
    token.replace('msg_0', 'msg_1'),
    token.slice(0, -1),
    `${token}A`,
    `${REFERENCE.messageId}.2.`,
    `${token}\n`,
    '',
  ];

  expect(forged.map((forgery) => references.read(forgery))).toEqual(forged.map(() => undefined));
});

test('without payload keys references are told to prove nothing', () => {
  const references = createReceiptReferences({ kind: 'off' });

  expect(references.areUnforgeable).toBe(false);
  expect(references.read(references.issue(REFERENCE))).toEqual(REFERENCE);
});
