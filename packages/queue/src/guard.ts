import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from './connect.ts';
import {
  BEST_DAY_LUA,
  DAY_MS,
  GUARD_COUNTERS,
  GUARD_SHAPES_LUA,
  HOUR_MS,
  PENDING_TTL_MS,
} from './guard-terms.ts';
import { evalScript, script } from './script.ts';
import { WINDOWED_COUNTER_LUA } from './windowed-counter.ts';

/** Milliseconds after the last word of an application during which receipts do not count for its connection. */
const TELLS_TTL_MS = 7 * DAY_MS;

const { unusedHour, unusedDay } = GUARD_COUNTERS;

/** Tells the pumping guard which codes proved wanted. */
export type Guard = {
  /**
   * Somebody logged in with a code that was sent to this number (its keyed hash) until `atMs`: all the codes that it
   * got on this connection within a day were wanted. Says how many were not known to be. Repeating it costs nothing.
   * @throws what Redis answers.
   */
  verified(connection: string, recipientKey: string, atMs: number): Promise<number>;
  /**
   * A receipt says that this message arrived: a weaker sign, for pumped codes arrive too. Counts only for connections
   * whose applications do not tell the gateway more.
   * @throws what Redis answers.
   */
  delivered(messageId: string): Promise<void>;
};

// Only what this call takes away from the pending codes is credited, so that it happens once.
// KEYS: the pending codes, the countries of the address, then what the code counted for.
const CREDIT = script<0 | 1>(`
  ${WINDOWED_COUNTER_LUA}
  ${BEST_DAY_LUA}
  if redis.call('HDEL', KEYS[1], ARGV[2]) == 0 then return 0 end
  local now, sent_at = clock(ARGV[1]), tonumber(ARGV[3])
  for i = 3, #KEYS do
    take_back(KEYS[i], '${unusedHour.name}', ${HOUR_MS}, sent_at, 1)
    take_back(KEYS[i], '${unusedDay.name}', ${DAY_MS}, sent_at, 1)
    local is_country = i == 3
    local counters = look(now, KEYS[i], is_country and ${GUARD_SHAPES_LUA.country} or ${GUARD_SHAPES_LUA.ip})
    add({ unpack(counters, 3) }, { 1, 1 })
    if is_country then add_to_day(KEYS[i], math.floor(now / ${DAY_MS})) end
  end
  redis.call('HDEL', KEYS[2], ARGV[4])
  return 1
`);

type PendingCode = { sentAt: number; connection: string; country: string; ipKey: string };

/** `now` replaces Redis's own clock, for simulations. */
export function createGuard({ redis, now }: { redis: RedisClient; now?: () => number }): Guard {
  async function credit(recipientKey: string, messageId: string, code: PendingCode): Promise<number> {
    const { sentAt, country, ipKey } = code;
    return evalScript(redis, CREDIT, {
      keys: [
        gatewayKeys.pending(recipientKey),
        gatewayKeys.guard('ip-countries', ipKey),
        gatewayKeys.guard('country', country),
        ...(ipKey === '' ? [] : [gatewayKeys.guard('ip', ipKey)]),
      ],
      args: [now?.() ?? '', messageId, sentAt, country],
    });
  }

  return {
    verified: async (connection, recipientKey, atMs) => {
      const [, pending] = await Promise.all([
        redis.set(gatewayKeys.tellsVerified(connection), String(atMs), 'PX', TELLS_TTL_MS),
        redis.hgetall(gatewayKeys.pending(recipientKey)),
      ]);
      const wanted = Object.entries(pending)
        .map(([messageId, text]) => ({ messageId, code: parsePending(text) }))
        .filter(({ code }) => code.connection === connection)
        .filter(({ code }) => code.sentAt <= atMs && code.sentAt > atMs - PENDING_TTL_MS);
      const credited = await Promise.all(
        wanted.map(({ messageId, code }) => credit(recipientKey, messageId, code)),
      );
      return credited.reduce<number>((sum, one) => sum + one, 0);
    },
    delivered: async (messageId) => {
      const [recipientKey, connection] = await redis.hmget(
        gatewayKeys.trace(messageId),
        'recipient_key',
        'connection',
      );
      if (!recipientKey || !connection) return;
      const [tellsMore, text] = await Promise.all([
        redis.exists(gatewayKeys.tellsVerified(connection)),
        redis.hget(gatewayKeys.pending(recipientKey), messageId),
      ]);
      if (tellsMore === 0 && text) await credit(recipientKey, messageId, parsePending(text));
    },
  };
}

function parsePending(text: string): PendingCode {
  const [sentAt, connection = '', country = '', ipKey = ''] = text.split(' ');
  return { sentAt: Number(sentAt), connection, country, ipKey };
}
