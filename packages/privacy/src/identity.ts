import type { PayloadKeys } from '@sms-gateway/config';
import { deriveMacs } from './derive-key.ts';
import { joinParts } from './join-parts.ts';
import { pooledRandomBytes } from './random-bytes.ts';

export type HistorySubject = { kind: 'number' | 'dialled' | 'correlation'; value: string };

export type Identity = {
  /** A new unique id. */
  newMessageId(): string;
  /** A keyed hash of connection, recipient and text: the same for a message and its repeats. */
  repeatKey(message: { connection: string; recipient: string; text: string }): string;
  /** A keyed hash of connection and Idempotency-Key. */
  idempotencyKey(connection: string, key: string): string;
  /**
   * Keyed hashes of connection, recipient and, for what is no code, the kind of notice: the messages under one key
   * replace each other. One for each payload key, the current key's first. All of them are marked on accept, so that
   * superseding works across processes that already have, and still lack, a new key.
   */
  recipientKeys(connection: string, recipient: string, notice?: string): [string, ...string[]];
  /** A keyed hash of what a limit counts by, such as a number or an address. Of the current key alone. */
  limitKey(scope: string, subject: string): string;
  /**
   * Keyed hashes under which the history of a number in E.164, of digits as they were dialled, or of a correlation id is
   * kept: by the current key, and read by all keys, so that a rotation loses nothing. The current key's comes first. A
   * number's are those that limits count it by.
   */
  historyKeys(subject: HistorySubject): [string, ...string[]];
};

/**
 * Derives keys that tell a reader of Redis nothing about the number or text. With encryption off there is no key to
 * protect them with, and they are plain hashes.
 */
export function createIdentity(keys: PayloadKeys): Identity {
  const [current, ...older] = deriveMacs(keys, 'identity');
  const hash = (mac: typeof current, parts: string[]) => mac(joinParts(parts));

  const hashAll = (parts: string[]): [string, ...string[]] => [
    hash(current, parts),
    ...older.map((mac) => hash(mac, parts)),
  ];

  return {
    newMessageId: () => `msg_${pooledRandomBytes(16).toString('base64url')}`,
    repeatKey: ({ connection, recipient, text }) => hash(current, ['text', connection, recipient, text]),
    idempotencyKey: (connection, key) => hash(current, ['key', connection, key]),
    limitKey: (scope, subject) => hash(current, ['limit', scope, subject]),
    historyKeys: ({ kind, value }) =>
      hashAll(kind === 'number' ? ['limit', 'recipient', value] : ['history', kind, value]),
    recipientKeys: (connection, recipient, notice) =>
      hashAll(['recipient', connection, recipient, ...(notice === undefined ? [] : [notice])]),
  };
}
