import { createSecretKey, randomBytes } from 'node:crypto';
import type { PayloadKeys } from '@sms-gateway/config';
import { deriveKey } from '@sms-gateway/privacy';
import { EncryptJWT, type JWTPayload, jwtDecrypt } from 'jose';

export type SealedTokens = {
  /** Valid for `lifeMs` milliseconds from now. */
  seal(claims: JWTPayload, lifeMs: number): Promise<string>;
  /** Undefined for a token that was not sealed here, has expired or was changed. */
  open(token: string): Promise<JWTPayload | undefined>;
};

type Deps = {
  keys: PayloadKeys;
  /** What the tokens are for. A token for one purpose is invalid for another. */
  purpose: string;
  now: () => number;
};

/**
 * Encrypted tokens for cookies, so that several consoles behind one URL only need to share the payload keys. Without
 * payload keys, the tokens become invalid when the process ends.
 */
export function createSealedTokens({ keys, purpose, now }: Deps): SealedTokens {
  const secret = keys.kind === 'keys' ? keys.keys[0] : randomBytes(32);
  if (secret === undefined) throw new Error('no payload key');
  const key = createSecretKey(deriveKey(secret, `console ${purpose}`));
  return {
    seal: (claims, lifeMs) =>
      new EncryptJWT(claims)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(new Date(now() + lifeMs))
        .encrypt(key),
    open: async (token) => {
      try {
        const { payload } = await jwtDecrypt(token, key, {
          currentDate: new Date(now()),
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          requiredClaims: ['exp'],
        });
        return payload;
      } catch {
        // Any invalid token has the same consequence: the user must sign in.
        return undefined;
      }
    },
  };
}
