import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { DeliveryJob } from '@sms-gateway/contract';
import { sampleJob } from '../../../test/support/sample-delivery.ts';
import { createVault, jobBinding } from './vault.ts';

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const job = sampleJob();
const BINDING = jobBinding(job);
const payload = { to: '+14155550123', from: 'Acme', body: 'Your code is 123456' };

describe('a sealed payload', () => {
  test('opens to what was sealed', () => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });

    expect(vault.open(BINDING, vault.seal(BINDING, payload))).toEqual(payload);
    expect(vault.open(BINDING, vault.seal(BINDING, { to: '+1', body: 'x' }))).toEqual({
      to: '+1',
      body: 'x',
    });
  });

  test('shows nothing of itself, and never looks the same twice', () => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });
    const sealed = [vault.seal(BINDING, payload), vault.seal(BINDING, payload)];

    expect(sealed[0]).not.toBe(sealed[1]);
    const decoded = sealed
      .join('.')
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect(decoded.join()).not.toMatch(/123456|4155550123|Acme/);
  });

  test('opens with an older key during a rotation, and not with a foreign one', () => {
    const sealed = createVault({ kind: 'keys', keys: [oldKey] }).seal(BINDING, payload);

    const rotated = createVault({ kind: 'keys', keys: [newKey, oldKey] });
    const foreign = createVault({ kind: 'keys', keys: [newKey] });

    expect(rotated.open(BINDING, sealed)).toEqual(payload);
    expect(foreign.open(BINDING, sealed)).toBe('unreadable');
  });

  test.each<[string, Partial<DeliveryJob>]>([
    ['message', { id: 'msg_2' }],
    ['connection', { connection: 'other' }],
    ['recipient', { recipientKey: 'r2' }],
    ['time of acceptance', { acceptedAt: 1001 }],
    ['deadline', { deadline: 181_001 }],
    ['boundary between two parts', { id: 'msg_1d', connection: 'efault' }],
  ])('does not open for another %s', (_what, change) => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });
    const sealed = vault.seal(BINDING, payload);

    expect(vault.open(jobBinding({ ...job, ...change }), sealed)).toBe('foreign');
    expect(vault.open(jobBinding({ ...job, afterAttempt: 1 }), sealed)).toEqual(payload);
  });

  test('does not open once a byte is changed', () => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });
    const parts = vault.seal(BINDING, payload).split('.');
    const text = Buffer.from(parts[3] ?? '', 'base64url');
    text[0] = (text[0] ?? 0) ^ 1;
    parts[3] = text.toString('base64url');

    expect(vault.open(BINDING, parts.join('.'))).toBe('unreadable');
  });
});

test.each(['', 'not a JWE', '{"to":"+14155550123","body":"planted"}', 'a.b.c.d.e'])(
  'with keys in use, %j opens to nothing',
  (planted) => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });

    expect(vault.open(BINDING, planted)).toBe('unreadable');
  },
);

test('with encryption off, payloads are plain, and sealed ones do not open', () => {
  const plain = createVault({ kind: 'off' });
  const sealed = createVault({ kind: 'keys', keys: [oldKey] }).seal(BINDING, payload);

  expect(JSON.parse(plain.seal(BINDING, payload))).toEqual(payload);
  expect(plain.open(BINDING, JSON.stringify(payload))).toEqual(payload);
  expect(plain.open(BINDING, sealed)).toBe('unreadable');
});
