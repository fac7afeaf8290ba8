import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import type { PayloadKeys } from '@sms-gateway/config';
import { z } from 'zod';
import { openJwe, sealJwe } from './jwe.ts';

const payloadSchema = z.object({
  to: z.string(),
  from: z.string().optional(),
  body: z.string(),
  messageType: z.string().optional(),
});

/** What is secret about a message: recipient (E.164), sender ID as asked for, text, and what kind of message it is. */
export type Payload = z.infer<typeof payloadSchema>;

export type Vault = {
  seal(messageId: string, payload: Payload): Promise<string>;
  /** Undefined where no key of ours opens it, or it belongs to another message. */
  open(messageId: string, sealed: string): Promise<Payload | undefined>;
};

/**
 * Seals payloads as compact JWE (RFC 7516; `dir`, A256GCM). The message id is part of the protected header, so
 * that a payload moved under another message's key does not open. With encryption off it is plain JSON; the two
 * forms never open each other's, so that nobody who can write to Redis can slip in a text of his own where
 * keys are in use.
 */
export function createVault(keys: PayloadKeys): Vault {
  return keys.kind === 'off' ? createPlainVault() : createEncryptedVault(keys.keys);
}

function createPlainVault(): Vault {
  return {
    seal: async (_messageId, payload) => JSON.stringify(payload),
    open: async (_messageId, sealed) => parsePayload(sealed),
  };
}

function createEncryptedVault(rawKeys: Uint8Array[]): Vault {
  const keys = new Map<string | undefined, KeyObject>(
    rawKeys.map((raw) => [keyId(raw), createSecretKey(raw)]),
  );
  const [current] = rawKeys;
  if (current === undefined) throw new Error('no payload key');
  const currentKid = keyId(current);
  const currentKey = createSecretKey(current);

  return {
    seal: async (messageId, payload) =>
      sealJwe(currentKey, { kid: currentKid, mid: messageId }, JSON.stringify(payload)),
    open: async (messageId, sealed) => {
      try {
        const { header, plaintext } = openJwe((kid) => keys.get(kid) ?? currentKey, sealed);
        return header.mid === messageId ? parsePayload(plaintext) : undefined;
      } catch {
        // Whatever it says, the answer is the same: these keys do not open it.
        return undefined;
      }
    },
  };
}

function parsePayload(json: string): Payload | undefined {
  try {
    return payloadSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** Names a key without telling anything about it: it is random and 256 bits long. */
function keyId(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('base64url').slice(0, 8);
}
