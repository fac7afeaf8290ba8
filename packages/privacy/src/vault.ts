import { createHash, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { PayloadKeys } from '@sms-gateway/config';
import type { DeliveryJob } from '@sms-gateway/contract';
import { z } from 'zod';
import { joinParts } from './join-parts.ts';
import { openJwe, sealJwe } from './jwe.ts';

const payloadSchema = z.object({
  to: z.string(),
  from: z.string().optional(),
  body: z.string(),
  messageType: z.string().optional(),
  country: z.string().optional(),
  callingCode: z.string().optional(),
});

/**
 * What is secret about a message: recipient (E.164), sender ID as asked for, text, and what kind of message it is. `country`
 * and `callingCode` are the recipient's, as they were read when it was accepted.
 */
export type Payload = z.infer<typeof payloadSchema>;

/** What a payload belongs to, part by part. It opens for nothing that differs in one of them. */
export type Binding = readonly (string | number)[];

export type Vault = {
  seal(binding: Binding, payload: Payload): string;
  /** `unreadable` where no key of ours opens it, `foreign` where it was sealed with another binding. */
  open(binding: Binding, sealed: string): Payload | 'unreadable' | 'foreign';
};

/** The binding of a message in the queue: whoever can write to Redis cannot change one of these and have it sent. */
export function jobBinding({ id, connection, recipientKey, acceptedAt, deadline }: DeliveryJob): Binding {
  return ['job', id, connection, recipientKey, acceptedAt, deadline];
}

/**
 * Seals payloads as compact JWE (RFC 7516; `dir`, A256GCM). A digest of the binding is part of the protected header, so
 * that a payload opens only for what it was sealed for. With encryption off it is plain JSON. The two forms never open
 * each other's, so that nobody who can write to Redis can plant a text of their own where keys are in use.
 */
export function createVault(keys: PayloadKeys): Vault {
  return keys.kind === 'off' ? createPlainVault() : createEncryptedVault(keys.keys);
}

function createPlainVault(): Vault {
  return {
    seal: (_binding, payload) => JSON.stringify(payload),
    open: (_binding, sealed) => parsePayload(sealed),
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
    seal: (binding, payload) =>
      sealJwe(currentKey, { kid: currentKid, bnd: digest(binding) }, JSON.stringify(payload)),
    open: (binding, sealed) => {
      try {
        const { header, plaintext } = openJwe((kid) => keys.get(kid) ?? currentKey, sealed);
        return header.bnd === digest(binding) ? parsePayload(plaintext) : 'foreign';
      } catch {
        // Whatever it says, the answer is the same: these keys do not open it.
        return 'unreadable';
      }
    },
  };
}

const digest = (binding: Binding) => hash('sha256', joinParts(binding), 'base64url');

function parsePayload(json: string): Payload | 'unreadable' {
  try {
    return payloadSchema.safeParse(JSON.parse(json)).data ?? 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** Names a key without telling anything about it: it is random and 256 bits long. */
function keyId(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('base64url').slice(0, 8);
}
