import { gatewayKeys } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';
import { guardCounterKeys } from './guard-plan.ts';

const DAY_MS = 86_400_000;
/** Milliseconds for which a code may still prove wanted, as in guard-rules.lua. */
const PENDING_MS = DAY_MS;
/** Milliseconds after the last login that proved a code wanted during which receipts do not count for its connection. */
const TELLS_TTL_MS = 7 * DAY_MS;

/** Tells the pumping guard which codes proved wanted. */
export type Guard = {
  /**
   * Somebody logged in with a code that was sent to this number (its keyed hash) until `atMs`: of the codes that it got on
   * this connection within a day none counts as unused any more, and the newest counts as wanted. Answers for how many
   * of them no login was known before. Repeating it costs nothing.
   * @throws what Redis answers.
   */
  verified(connection: string, recipientKey: string, atMs: number): Promise<number>;
  /**
   * A receipt says that this message arrived: a weaker sign, for pumped codes arrive too. Counts only for connections
   * whose applications do not tell of logins.
   * @throws what Redis answers.
   */
  delivered(messageId: string): Promise<void>;
};

const CREDIT = loadScript<{
  keys: 'pending' | 'tells_verified';
  args: {
    now: number | undefined;
    mark_ms: number | undefined;
    codes: {
      id: string;
      sent_at: number;
      country: string;
      has_ip: boolean;
      keys: ReturnType<typeof guardCounterKeys>;
    }[];
  };
  answer: number;
}>(new URL('../src/credit-codes.lua', import.meta.url));

type PendingCode = { messageId: string; sentAt: number; connection: string; country: string; ipKey: string };

/** `now` replaces Redis's own clock, for simulations. */
export function createGuard({ redis, now }: { redis: RedisClient; now?: () => number }): Guard {
  async function credit(
    sign: 'login' | 'receipt',
    connection: string,
    recipientKey: string,
    codes: PendingCode[],
  ): Promise<number> {
    return evalScript(redis, CREDIT, {
      keys: {
        pending: gatewayKeys.pending(recipientKey),
        tells_verified: gatewayKeys.tellsVerified(connection),
      },
      args: {
        now: now?.(),
        mark_ms: sign === 'login' ? TELLS_TTL_MS : undefined,
        codes: codes
          .toSorted((a, b) => b.sentAt - a.sentAt)
          .map(({ messageId, sentAt, country, ipKey }) => ({
            id: messageId,
            sent_at: sentAt,
            country,
            has_ip: ipKey !== '',
            keys: guardCounterKeys(country, ipKey),
          })),
      },
    });
  }

  return {
    verified: async (connection, recipientKey, atMs) => {
      const pending = await redis.hgetall(gatewayKeys.pending(recipientKey));
      const wanted = Object.entries(pending)
        .map(([messageId, text]) => parsePending(messageId, text))
        .filter((code) => code.connection === connection)
        .filter(({ sentAt }) => sentAt <= atMs && sentAt > atMs - PENDING_MS);
      return credit('login', connection, recipientKey, wanted);
    },
    delivered: async (messageId) => {
      const [recipientKey, connection] = await redis.hmget(
        gatewayKeys.trace(messageId),
        'recipient_key',
        'connection',
      );
      if (!recipientKey || !connection) return;
      const text = await redis.hget(gatewayKeys.pending(recipientKey), messageId);
      if (text) await credit('receipt', connection, recipientKey, [parsePending(messageId, text)]);
    },
  };
}

function parsePending(messageId: string, text: string): PendingCode {
  const [sentAt, connection = '', country = '', ipKey = ''] = text.split(' ');
  return { messageId, sentAt: Number(sentAt), connection, country, ipKey };
}
