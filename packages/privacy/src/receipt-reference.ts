import type { PayloadKeys } from '@sms-gateway/config';
import { isEqual } from '@sms-gateway/contract';
import { deriveMacs } from './derive-key.ts';

export type AttemptReference = {
  messageId: string;
  /** 1 for the first. */
  attempt: number;
};

/** What receipts refer to our attempts by: part of the URL that a provider is asked to call. */
export type ReceiptReferences = {
  /** Safe in a URL as it is. Good until `expiresAt`, in milliseconds since the epoch. */
  issue(attempt: AttemptReference & { provider: string; expiresAt: number }): string;
  /** Undefined for what was not issued here, or for another provider, or has expired. */
  read(token: string, call: { provider: string; now: number }): AttemptReference | undefined;
  /** False without payload keys: then anybody could make one. */
  areUnforgeable: boolean;
};

const TOKEN = /^(msg_[\w-]{22})\.([1-9]\d?)\.([0-9a-z]{1,8})\.([\w-]{22})$/;

/**
 * A reference is good for one attempt of one message at one provider, and for a limited time. It carries a MAC over all
 * of that under a key derived from the payload keys, so that a provider that signs nothing proves by the URL that it was
 * asked, and nobody can turn one reference into another.
 */
export function createReceiptReferences(payloadKeys: PayloadKeys): ReceiptReferences {
  const macs = deriveMacs(payloadKeys, 'receipts');

  return {
    areUnforgeable: payloadKeys.kind === 'keys',
    issue: ({ messageId, attempt, provider, expiresAt }) => {
      const subject = `${messageId}.${attempt}.${Math.floor(expiresAt / 1000).toString(36)}`;
      return `${subject}.${macs[0](textOf(provider, subject))}`;
    },
    read: (token, { provider, now }) => {
      const [, messageId = '', attempt = '', expires = '', given = ''] = TOKEN.exec(token) ?? [];
      const subject = `${messageId}.${attempt}.${expires}`;
      if (!macs.some((mac) => isEqual(mac(textOf(provider, subject)), given))) return undefined;
      if (Number.parseInt(expires, 36) * 1000 <= now) return undefined;
      return { messageId, attempt: Number(attempt) };
    },
  };
}

/** A provider's name has no dot, so that no two pairs look the same. */
const textOf = (provider: string, subject: string) => `${provider}.${subject}`;
