import { type Guard } from '@sms-gateway/screening';
import { type Identity } from '@sms-gateway/privacy';
import { QueueUnavailableError } from '@sms-gateway/delivery';
import type { ConnectionConfig } from '@sms-gateway/config';
import { z } from 'zod';
import { orUnavailable } from '../http/or-unavailable.ts';
import { parseBody, parseRecipient } from '../http/parse-body.ts';

/** Clocks of others may be ahead by as much as a token's may (authenticate.ts). */
const TOLERANCE_MS = 30_000;

const verifiedSchema = z.object({
  recipient: z.string().min(1).max(64),
  /** When the code was entered; now where it is missing. */
  time: z.iso.datetime({ offset: true }).nullish(),
});

/** Somebody logged in with a code: answers of how many codes no login was known before. @throws {HttpProblem} */
export type TakeVerified = (connection: ConnectionConfig, body: unknown) => Promise<{ credited: number }>;

type Deps = {
  guard: Pick<Guard, 'verified'>;
  identity: Pick<Identity, 'limitKey'>;
  metrics: { verified(connection: string, credited: number): void };
  now: () => number;
};

export function createTakeVerified({ guard, identity, metrics, now }: Deps): TakeVerified {
  return async (connection, body) => {
    const { recipient, time } = parseBody(verifiedSchema, body);
    const number = parseRecipient(recipient, connection);
    const at = Math.min(now(), time ? Date.parse(time) : now()) + TOLERANCE_MS;
    const credited = await orUnavailable('What proved wanted cannot be noted now. Try again.', async () => {
      try {
        return await guard.verified(connection.name, identity.limitKey('recipient', number.e164), at);
      } catch (cause) {
        throw new QueueUnavailableError('Redis did not note what proved wanted', { cause });
      }
    });
    metrics.verified(connection.name, credited);
    return { credited };
  };
}
