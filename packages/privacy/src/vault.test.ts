import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createVault } from './vault.ts';

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const payload = { to: '+14155550123', from: 'Acme', body: 'Your code is 123456' };

describe('a sealed payload', () => {
  test('opens to what was sealed', async () => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });

    expect(await vault.open('msg_1', await vault.seal('msg_1', payload))).toEqual(payload);
    expect(await vault.open('msg_1', await vault.seal('msg_1', { to: '+1', body: 'x' }))).toEqual({
      to: '+1',
      body: 'x',
    });
  });

  test('shows nothing of itself, and never looks the same twice', async () => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });
    const sealed = [await vault.seal('msg_1', payload), await vault.seal('msg_1', payload)];

    expect(sealed[0]).not.toBe(sealed[1]);
    const decoded = sealed
      .join('.')
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect(decoded.join()).not.toMatch(/123456|4155550123|Acme/);
  });

  test('opens with an older key during a rotation, and not with a foreign one', async () => {
    const sealed = await createVault({ kind: 'keys', keys: [oldKey] }).seal('msg_1', payload);

    const rotated = createVault({ kind: 'keys', keys: [newKey, oldKey] });
    const foreign = createVault({ kind: 'keys', keys: [newKey] });

    expect(await rotated.open('msg_1', sealed)).toEqual(payload);
    expect(await foreign.open('msg_1', sealed)).toBeUndefined();
  });

  test('does not open under another message', async () => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });

    expect(await vault.open('msg_2', await vault.seal('msg_1', payload))).toBeUndefined();
  });

  test('does not open once a byte is changed', async () => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });
    const parts = (await vault.seal('msg_1', payload)).split('.');
    const text = Buffer.from(parts[3] ?? '', 'base64url');
    text[0] = (text[0] ?? 0) ^ 1;
    parts[3] = text.toString('base64url');

    expect(await vault.open('msg_1', parts.join('.'))).toBeUndefined();
  });
});

test.each(['', 'not a JWE', '{"to":"+14155550123","body":"planted"}', 'a.b.c.d.e'])(
  'with keys in use, %j opens to nothing',
  async (planted) => {
    const vault = createVault({ kind: 'keys', keys: [oldKey] });

    expect(await vault.open('msg_1', planted)).toBeUndefined();
  },
);

test('with encryption off, payloads are plain, and sealed ones do not open', async () => {
  const plain = createVault({ kind: 'off' });
  const sealed = await createVault({ kind: 'keys', keys: [oldKey] }).seal('msg_1', payload);

  expect(JSON.parse(await plain.seal('msg_1', payload))).toEqual(payload);
  expect(await plain.open('msg_1', JSON.stringify(payload))).toEqual(payload);
  expect(await plain.open('msg_1', sealed)).toBeUndefined();
});
