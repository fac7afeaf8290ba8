import { gatewayKeys } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';

/** Milliseconds after the last login that proved a code wanted during which receipts do not count for its connection. */
const TELLS_TTL_MS = 7 * 86_400_000;

/** Reports to the pumping guard which codes were wanted. */
export type Guard = {
  /**
   * Somebody logged in with a code that was sent to this number (its keyed hash) until `atMs`: of the codes that it got on
   * this connection within a day none counts as unused any more, and the newest counts as wanted. Resolves with the number
   * of codes without an earlier login. Repeating it costs nothing.
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
  keys: 'recipient' | 'tells_verified';
  args: {
    now: number | undefined;
    connection: string;
    at?: number;
    mark_ms?: number;
    id?: string;
    counters: { country: string; ip: string };
  };
  answer: number;
}>(new URL('../src/credit-codes.lua', import.meta.url));

const COUNTERS = { country: gatewayKeys.counters('country', ''), ip: gatewayKeys.counters('ip', '') };

/** `now` replaces Redis's own clock, for simulations. */
export function createGuard({ redis, now }: { redis: RedisClient; now?: () => number }): Guard {
  const credit = (
    connection: string,
    recipientKey: string,
    sign: { at: number; mark_ms: number } | { id: string },
  ): Promise<number> =>
    evalScript(redis, CREDIT, {
      keys: {
        recipient: gatewayKeys.counters('recipient', recipientKey),
        tells_verified: gatewayKeys.tellsVerified(connection),
      },
      args: { now: now?.(), connection, counters: COUNTERS, ...sign },
    });

  return {
    verified: (connection, recipientKey, atMs) =>
      credit(connection, recipientKey, { at: atMs, mark_ms: TELLS_TTL_MS }),
    delivered: async (messageId) => {
      const [recipientKey, connection] = await redis.hmget(
        gatewayKeys.trace(messageId),
        'recipient_key',
        'connection',
      );
      if (recipientKey && connection) await credit(connection, recipientKey, { id: messageId });
    },
  };
}
