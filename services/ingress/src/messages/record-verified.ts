import { MAX_RECIPIENT_LENGTH } from '@sms-gateway/contract';
import { type Guard } from '@sms-gateway/screening';
import { type Identity } from '@sms-gateway/privacy';
import { QueueUnavailableError } from '@sms-gateway/delivery';
import type { ConnectionConfig } from '@sms-gateway/config';
import { z } from 'zod';
import { orUnavailable } from '../http/or-unavailable.ts';
import { parseBody, parseRecipient } from '../http/parse-body.ts';

/** How far a caller's clock may be ahead, as for the times of a token (authenticator.ts). */
const TOLERANCE_MS = 30_000;

const verifiedSchema = z.object({
  recipient: z.string().min(1).max(MAX_RECIPIENT_LENGTH),
  /** When the code was entered; without it, now. */
  time: z.iso.datetime({ offset: true }).nullish(),
});

/**
 * Records that somebody logged in with a code. Resolves with the number of codes that were unused until then.
 * @throws {HttpProblem}
 */
export type RecordVerified = (connection: ConnectionConfig, body: unknown) => Promise<{ credited: number }>;

type Deps = {
  guard: Pick<Guard, 'verified'>;
  identity: Pick<Identity, 'limitKey'>;
  metrics: { verified(connection: string, country: string | undefined, credited: number): void };
  now: () => number;
};

export function createRecordVerified({ guard, identity, metrics, now }: Deps): RecordVerified {
  return async (connection, body) => {
    const { recipient, time } = parseBody(verifiedSchema, body);
    const number = parseRecipient(recipient, connection);
    const at = Math.min(now(), time ? Date.parse(time) : now()) + TOLERANCE_MS;
    const credited = await orUnavailable('The verification cannot be stored now. Try again.', async () => {
      try {
        return await guard.verified(connection.name, identity.limitKey('recipient', number.e164), at);
      } catch (cause) {
        throw new QueueUnavailableError('Redis did not store the verification', { cause });
      }
    });
    metrics.verified(connection.name, number.country, credited);
    return { credited };
  };
}
