import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';
import {
  BEST_DAY_LUA,
  DAY_MS,
  GUARD_COUNTERS,
  GUARD_SHAPES_LUA,
  HOUR_MS,
  PENDING_TTL_MS,
} from './guard-rules.ts';
import { evalScript, script } from '@sms-gateway/redis';
import { WINDOWED_COUNTER_LUA } from './windowed-counter.ts';

/** Milliseconds after the last login that proved a code wanted during which receipts do not count for its connection. */
const TELLS_TTL_MS = 7 * DAY_MS;

/** At the end of a pending code that a receipt told of. */
const DELIVERED = ' delivered';

const { unusedHour, unusedDay } = GUARD_COUNTERS;

/** Tells the pumping guard which codes proved wanted. */
export type Guard = {
  /**
   * Somebody logged in with a code that was sent to this number (its keyed hash) until `atMs`: of the codes that it got on
   * this connection within a day none counts as unused any more, and the newest counts as wanted. Says of how many no login
   * had told before. Repeating it costs nothing.
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

// What is credited leaves the pending codes or, where only a receipt told of it, is marked in them, so that it happens once.
// All of a number's codes were not pumped, but one login tells of one code that was wanted: else whoever asks for hundreds
// to a number of his own, and logs in once, would have a budget for as many. A login with a marked code still says that
// the application tells.
// KEYS: the pending codes, the mark that the application tells, then of each code what it counted for: countries of the
// address, country, address.
// ARGV: the time or nothing, the life of the mark or nothing for a receipt, then of each code, the newest first: id, when
// it was sent, country, whether it has an address.
const CREDIT = script<number>(`
  ${WINDOWED_COUNTER_LUA}
  ${BEST_DAY_LUA}
  local now, is_login, credited = clock(ARGV[1]), ARGV[2] ~= '', 0
  if not is_login and redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
  local function credit(key, shapes, sent_at)
    take_back(key, '${unusedHour.name}', ${HOUR_MS}, sent_at, 1)
    take_back(key, '${unusedDay.name}', ${DAY_MS}, sent_at, 1)
    if credited == 0 then add({ unpack(look(now, key, shapes), 3) }, { 1, 1 }) end
  end
  for i = 0, (#KEYS - 2) / 3 - 1 do
    local k, a = 3 * i + 3, 4 * i + 3
    local id, sent_at, country, has_ip = ARGV[a], tonumber(ARGV[a + 1]), ARGV[a + 2], ARGV[a + 3] == '1'
    local pending = redis.call('HGET', KEYS[1], id)
    local is_delivered = pending and string.find(pending, '${DELIVERED}$') ~= nil
    if pending and not is_delivered then
      credit(KEYS[k + 1], ${GUARD_SHAPES_LUA.country}, sent_at)
      if has_ip then credit(KEYS[k + 2], ${GUARD_SHAPES_LUA.ip}, sent_at) end
      if credited == 0 then add_to_day(KEYS[k + 1], math.floor(now / ${DAY_MS})) end
      redis.call('HDEL', KEYS[k], country)
    end
    if pending and is_login then redis.call('HDEL', KEYS[1], id)
    elseif pending and not is_delivered then redis.call('HSET', KEYS[1], id, pending .. '${DELIVERED}') end
    if pending then credited = credited + 1 end
  end
  if is_login and credited > 0 then redis.call('SET', KEYS[2], '1', 'PX', ARGV[2]) end
  return credited
`);

type PendingCode = { messageId: string; sentAt: number; connection: string; country: string; ipKey: string };

/** `now` replaces Redis's own clock, for simulations. */
export function createGuard({ redis, now }: { redis: RedisClient; now?: () => number }): Guard {
  async function credit(
    sign: 'login' | 'receipt',
    connection: string,
    recipientKey: string,
    codes: PendingCode[],
  ): Promise<number> {
    const newestFirst = codes.toSorted((a, b) => b.sentAt - a.sentAt);
    return evalScript(redis, CREDIT, {
      keys: [
        gatewayKeys.pending(recipientKey),
        gatewayKeys.tellsVerified(connection),
        ...newestFirst.flatMap(({ country, ipKey }) => [
          gatewayKeys.guard('ip-countries', ipKey),
          gatewayKeys.guard('country', country),
          gatewayKeys.guard('ip', ipKey),
        ]),
      ],
      args: [
        now?.() ?? '',
        sign === 'login' ? TELLS_TTL_MS : '',
        ...newestFirst.flatMap(({ messageId, sentAt, country, ipKey }) => [
          messageId,
          sentAt,
          country,
          ipKey === '' ? 0 : 1,
        ]),
      ],
    });
  }

  return {
    verified: async (connection, recipientKey, atMs) => {
      const pending = await redis.hgetall(gatewayKeys.pending(recipientKey));
      const wanted = Object.entries(pending)
        .map(([messageId, text]) => parsePending(messageId, text))
        .filter((code) => code.connection === connection)
        .filter(({ sentAt }) => sentAt <= atMs && sentAt > atMs - PENDING_TTL_MS);
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
