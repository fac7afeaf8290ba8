import { createSecretKey, randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { describe, expect, test } from 'vitest';
import { openJwe, sealJwe } from './jwe.ts';

const key = createSecretKey(randomBytes(32));
const texts = ['', 'x', 'Your code is 123456', 'Κωδικός 123456 🔐', 'é'.repeat(800)];

describe('what is sealed', () => {
  test.each(texts)('jose opens: %j', async (text) => {
    const { plaintext, protectedHeader } = await compactDecrypt(
      sealJwe(key, { kid: 'k1', bnd: 'digest' }, text),
      key,
    );

    expect(new TextDecoder().decode(plaintext)).toBe(text);
    expect(protectedHeader).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'k1', bnd: 'digest' });
  });

  test('never has an initialisation vector twice', () => {
    const sealed = Array.from({ length: 2000 }, () => sealJwe(key, { kid: 'k1', bnd: 'digest' }, 'x'));

    expect(new Set(sealed.map((jwe) => jwe.split('.')[2])).size).toBe(2000);
  });

  test.each([0, 2, 3, 4])('does not open with a bit of part %i changed', (part) => {
    const parts = sealJwe(key, { kid: 'k1', bnd: 'digest' }, 'Your code is 123456').split('.');
    const bytes = Buffer.from(parts[part] ?? '', 'base64url');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    parts[part] = bytes.toString('base64url');

    expect(() => openJwe(() => key, parts.join('.'))).toThrow();
  });

  test('does not open with its tag cut short', () => {
    const [header, , iv, text, tag] = sealJwe(key, { kid: 'k1', bnd: 'digest' }, 'x').split('.');

    expect(() => openJwe(() => key, `${header}..${iv}.${text}.${tag?.slice(0, 16)}`)).toThrow();
  });
});

describe('what jose sealed', () => {
  const byJose = (header: { alg: string; enc: string; kid?: string; bnd?: string }, text: string) =>
    new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(key);

  test.each(texts)('opens: %j', async (text) => {
    const sealed = await byJose({ alg: 'dir', enc: 'A256GCM', kid: 'k1', bnd: 'digest' }, text);

    expect(openJwe(() => key, sealed)).toEqual({
      header: { alg: 'dir', enc: 'A256GCM', kid: 'k1', bnd: 'digest' },
      plaintext: text,
    });
  });

  test.each([
    { alg: 'A256GCMKW', enc: 'A256GCM' },
    { alg: 'dir', enc: 'A128CBC-HS256' },
  ])('does not open in another way: %j', async (header) => {
    const sealed = await byJose(header, 'x');

    expect(() => openJwe(() => key, sealed)).toThrow(/direct|Invalid input/);
  });
});
