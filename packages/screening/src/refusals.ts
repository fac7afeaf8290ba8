import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';
import { hashFields } from '@sms-gateway/redis';

/** Maximum number of refusals kept, about 3 MB: an attack must not fill the disk that codes need. */
const KEPT = 10_000;

/** The trace of a message that screening refused. What it only would have refused has it in the message's own. */
export type Refusal = {
  messageId: string;
  connection: string;
  country: string | undefined;
  /** Calling code and last two digits. */
  recipientHint: string;
  /** Keyed hash of the number. */
  recipientKey: string;
  rules: readonly string[];
};

export type Refusals = {
  note(refusal: Refusal): Promise<void>;
  /** The latest first, with the time in milliseconds since the epoch. */
  latest(max: number): Promise<(Refusal & { at: number })[]>;
};

export function createRefusals({ redis }: { redis: RedisClient }): Refusals {
  return {
    note: async ({ messageId, connection, country, recipientHint, recipientKey, rules }) => {
      const fields = hashFields({
        message: messageId,
        connection,
        country,
        recipient_hint: recipientHint,
        recipient_key: recipientKey,
        rules: rules.join(','),
      });
      await redis.xadd(gatewayKeys.refusals, 'MAXLEN', '~', KEPT, '*', ...fields);
    },
    latest: async (max) => {
      const entries = await redis.xrevrange(gatewayKeys.refusals, '+', '-', 'COUNT', max);
      return entries.map(([id, flat]) => {
        const field = (name: string) => {
          const index = flat.findIndex((text, position) => position % 2 === 0 && text === name);
          return index === -1 ? undefined : flat[index + 1];
        };
        return {
          at: Number(id.split('-')[0]),
          messageId: field('message') ?? '',
          connection: field('connection') ?? '',
          country: field('country'),
          recipientHint: field('recipient_hint') ?? '',
          recipientKey: field('recipient_key') ?? '',
          rules: (field('rules') ?? '').split(','),
        };
      });
    },
  };
}
