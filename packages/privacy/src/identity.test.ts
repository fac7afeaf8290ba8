import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createIdentity } from './identity.ts';

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const message = { connection: 'default', recipient: '+14155550123', text: 'Code 123456' };

test('every message has an id of its own', () => {
  const identity = createIdentity({ kind: 'keys', keys: [oldKey] });
  const ids = Array.from({ length: 1000 }, () => identity.newMessageId());

  expect(new Set(ids).size).toBe(1000);
  expect(ids.filter((id) => !/^msg_[\w-]{22}$/.test(id))).toEqual([]);
});

test('the same message has the same repeat key in every process', () => {
  const keys = [1, 2].map(() => createIdentity({ kind: 'keys', keys: [oldKey] }).repeatKey(message));

  expect(keys[0]).toBe(keys[1]);
});

test.each([
  ['connection', { ...message, connection: 'other' }],
  ['recipient', { ...message, recipient: '+14155550124' }],
  ['text', { ...message, text: 'Code 123457' }],
  ['a boundary between them', { ...message, recipient: '+1415555012', text: '3Code 123456' }],
])('another %s makes another repeat key', (_what, other) => {
  const identity = createIdentity({ kind: 'keys', keys: [oldKey] });

  expect(identity.repeatKey(other)).not.toBe(identity.repeatKey(message));
});

test('an idempotency key alone tells which message it is, within its connection', () => {
  const identity = createIdentity({ kind: 'keys', keys: [oldKey] });
  const first = identity.idempotencyKey('default', 'k');

  expect(identity.idempotencyKey('default', 'k')).toBe(first);
  expect(identity.idempotencyKey('other', 'k')).not.toBe(first);
  expect(identity.idempotencyKey('default', 'l')).not.toBe(first);
});

test('repeat keys tell nothing without the key', () => {
  const identities = [oldKey, newKey].map((key) => createIdentity({ kind: 'keys', keys: [key] }));

  expect(identities[0]?.repeatKey(message)).not.toBe(identities[1]?.repeatKey(message));
  expect(identities[0]?.recipientKeys('default', message.recipient)).not.toEqual(
    identities[1]?.recipientKeys('default', message.recipient),
  );
});

test('while keys are rotated, processes with either order mark a recipient the same', () => {
  const before = createIdentity({ kind: 'keys', keys: [oldKey, newKey] });
  const after = createIdentity({ kind: 'keys', keys: [newKey, oldKey] });

  expect(before.recipientKeys('default', '+14155550123').toSorted()).toEqual(
    after.recipientKeys('default', '+14155550123').toSorted(),
  );
});

test('the kinds of notice have keys of their own, and codes have the one without a kind', () => {
  const identity = createIdentity({ kind: 'keys', keys: [oldKey] });
  const keys = [undefined, 'password_breach', 'blocked_account'].map(
    (notice) => identity.recipientKeys('default', '+14155550123', notice)[0],
  );
  expect(new Set(keys).size).toBe(3);
  expect(identity.recipientKeys('default', '+14155550123', 'password_breach')).toEqual([keys[1]]);
});
