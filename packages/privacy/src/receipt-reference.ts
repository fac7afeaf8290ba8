import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { PayloadKeys } from '@sms-gateway/config';

export type AttemptReference = {
  messageId: string;
  /** 1 for the first. */
  attempt: number;
};

/** What receipts refer to our attempts by: part of the URL that a provider is asked to call. */
export type ReceiptReferences = {
  /** Safe in a URL as it is. */
  issue(reference: AttemptReference): string;
  /** Undefined for what was not issued here. */
  read(token: string): AttemptReference | undefined;
  /** False without payload keys: then anybody could make one. */
  areUnforgeable: boolean;
};

/**
 * A reference carries a MAC under a key derived from the payload keys, so that somebody who has a genuine receipt
 * cannot make it tell of another message, and a provider that signs nothing proves by the URL that it was asked.
 */
export function createReceiptReferences(keys: PayloadKeys): ReceiptReferences {
  const secrets = keys.kind === 'off' ? [Buffer.alloc(32)] : keys.keys;
  const macKeys = secrets.map((key) =>
    Buffer.from(hkdfSync('sha256', key, '', 'auth0-sms-gateway receipts', 32)),
  );
  const [current] = macKeys;
  if (current === undefined) throw new Error('no payload key');

  return {
    areUnforgeable: keys.kind === 'keys',
    issue: ({ messageId, attempt }) => {
      const subject = `${messageId}.${attempt}`;
      return `${subject}.${mac(current, subject)}`;
    },
    read: (token) => {
      const [, subject = '', messageId = '', attempt = '', given = ''] =
        /^((msg_[\w-]{22})\.([1-9]\d?))\.([\w-]{22})$/.exec(token) ?? [];
      const isOurs = macKeys.some((key) => isEqual(mac(key, subject), given));
      return messageId !== '' && isOurs ? { messageId, attempt: Number(attempt) } : undefined;
    },
  };
}

/** 128 bits. */
function mac(key: Buffer, subject: string): string {
  return createHmac('sha256', key).update(subject).digest('base64url').slice(0, 22);
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
