import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHmacSha256 } from './hmac.ts';

function expectNodes(secret: Uint8Array, texts: readonly string[]): void {
  const key = createSecretKey(secret);
  const hmac = createHmacSha256(key);
  for (const text of texts) {
    expect(hmac(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'));
  }
}

test('equals the HMAC of node:crypto for any key and texts, one after the other', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 5 }),
      expectNodes,
    ),
  );
});

test('equals it for several keys in turn', () => {
  const keys = [16, 32, 64, 100].map((bytes) => createSecretKey(randomBytes(bytes)));
  const hmacs = keys.map(createHmacSha256);
  for (const text of ['a longer text', 'text', '']) {
    expect(hmacs.map((hmac) => hmac(text))).toEqual(
      keys.map((key) => createHmac('sha256', key).update(text).digest('base64url')),
    );
  }
});

test.each([63, 64, 65])('equals it for a key of %i bytes, around the length of a block', (bytes) => {
  expectNodes(randomBytes(bytes), ['', 'x', 'x'.repeat(64), '']);
});

test.each(['x', 'é', '€', '\ud800'])('equals it for texts of %j that are too long to be copied', (unit) => {
  expectNodes(
    randomBytes(32),
    [2047, 2048, 2049, 10_000, 1].map((length) => unit.repeat(length)),
  );
});

test('reads a lone surrogate as node:crypto does', () => {
  expectNodes(randomBytes(32), ['\ud800', 'a\udc00b', '\udc00\ud800', '🔐']);
});
