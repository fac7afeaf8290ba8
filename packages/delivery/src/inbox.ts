import { describeText, findCode, gatewayKeys } from '@sms-gateway/contract';
import type { Vault } from '@sms-gateway/privacy';
import { hashFields, type RedisClient } from '@sms-gateway/redis';

/** A message that the `inbox` provider was asked to send, instead of to a phone. */
export type InboxMessage = {
  id: string;
  /** Undefined once the trace is gone. */
  connection: string | undefined;
  /** E.164. */
  to: string;
  from: string | undefined;
  body: string;
  /** The code in the text, as a person would read it. */
  code: string | undefined;
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
  /** Milliseconds since the epoch, by Redis's clock. */
  receivedAt: number;
  /** Whether it reached the phone. One that did not is in the inbox so that a developer sees why. */
  arrived: boolean;
  /** What the provider answered or its receipt says, such as `delivered` or `simulated_rejected`. */
  result: string;
};

/** The place of a message in the order of all messages. */
export type InboxPosition = string;

export type Inbox = {
  /** Adds a message at the time of the call. */
  add(message: Pick<InboxMessage, 'id' | 'to' | 'from' | 'body' | 'arrived' | 'result'>): Promise<void>;
  /** The latest first. */
  latest(): Promise<InboxMessage[]>;
  /**
   * Messages after the position, the oldest first, and the position behind the last of them. Waits up to `waitMs` for
   * one. This blocks the connection, so it must be a separate one.
   */
  following(
    position: InboxPosition,
    waitMs: number,
  ): Promise<{ messages: InboxMessage[]; position: InboxPosition }>;
  /** The position behind the latest message. */
  end(): Promise<InboxPosition>;
  clear(): Promise<void>;
};

/** Milliseconds for which a message stays. */
const KEPT_MS = 3600 * 1000;
/** Maximum number of messages. */
const KEPT = 1000;

type Entry = [id: string, flat: string[]];

/**
 * The development inbox: a stream in Redis, gone after an hour. Text and number are sealed as everywhere else, so that
 * a development Redis is no exception to what Redis may hold.
 */
export function createInbox({ redis, vault }: { redis: RedisClient; vault: Vault }): Inbox {
  async function read(entries: Entry[]): Promise<InboxMessage[]> {
    const messages = await Promise.all(entries.map(readEntry));
    return messages.filter((message) => message !== undefined);
  }

  async function readEntry([streamId, flat]: Entry): Promise<InboxMessage | undefined> {
    const field = (name: string) => flat[flat.findIndex((text, at) => at % 2 === 0 && text === name) + 1];
    const id = field('message') ?? '';
    const payload = vault.open(['inbox', id], field('sealed') ?? '');
    // Sealed with a key that is no longer configured.
    if (typeof payload !== 'object') return undefined;
    const connection = await redis.hget(gatewayKeys.trace(id), 'connection');
    const { encoding, segments } = describeText(payload.body);
    return {
      id,
      connection: connection ?? undefined,
      to: payload.to,
      from: payload.from,
      body: payload.body,
      code: findCode(payload.body),
      encoding,
      segments,
      receivedAt: Number(streamId.split('-')[0]),
      arrived: field('arrived') === '1',
      result: field('result') ?? '',
    };
  }

  return {
    add: async ({ id, to, from, body, arrived, result }) => {
      const sealed = vault.seal(['inbox', id], { to, body, ...(from !== undefined && { from }) });
      const fields = hashFields({ message: id, sealed, arrived: arrived ? 1 : 0, result });
      const [seconds] = await redis.time();
      await redis.xadd(gatewayKeys.inbox, 'MAXLEN', '~', KEPT, '*', ...fields);
      await redis.xtrim(gatewayKeys.inbox, 'MINID', Number(seconds) * 1000 - KEPT_MS);
      await redis.pexpire(gatewayKeys.inbox, KEPT_MS);
    },
    latest: async () => read(await redis.xrevrange(gatewayKeys.inbox, '+', '-', 'COUNT', KEPT)),
    following: async (position, waitMs) => {
      const answer = await redis.xread('BLOCK', Math.max(1, waitMs), 'STREAMS', gatewayKeys.inbox, position);
      const entries: Entry[] = answer?.[0]?.[1] ?? [];
      return { messages: await read(entries), position: entries.at(-1)?.[0] ?? position };
    },
    end: async () => {
      const [latest] = await redis.xrevrange(gatewayKeys.inbox, '+', '-', 'COUNT', 1);
      return latest?.[0] ?? '0';
    },
    clear: async () => void (await redis.del(gatewayKeys.inbox)),
  };
}
