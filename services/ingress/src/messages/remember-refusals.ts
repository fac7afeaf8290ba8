import { MAX_RECIPIENT_LENGTH, readPhoneNumber } from '@sms-gateway/contract';
import { historyHashes, type RefusalNotes } from '@sms-gateway/delivery';
import type { Identity } from '@sms-gateway/privacy';
import { z } from 'zod';
import { HttpProblem, type ProblemCode } from '../http/problem.ts';
import type { AcceptMessage } from './accept-message.ts';

type Deps = {
  notes: RefusalNotes;
  identity: Pick<Identity, 'historyKeys'>;
  now: () => number;
};

/** Stored by the screening script, in the transaction that refuses. */
const NOTED_WITH_SCREENING: ReadonlySet<ProblemCode> = new Set([
  'limit_reached',
  'spend_cap_reached',
  'pumping_suspected',
  'destination_blocked',
]);

/** What can be read of a body even where the rest of it is wrong. */
const readableSchema = z.object({
  recipient: z.string().max(MAX_RECIPIENT_LENGTH).optional().catch(undefined),
  correlation_id: z.string().optional().catch(undefined),
});

/** Keeps refused requests in the history of their number, so that an operator can find them by number. */
export function rememberRefusals(accept: AcceptMessage, { notes, identity, now }: Deps): AcceptMessage {
  return async (connection, request) => {
    try {
      return await accept(connection, request);
    } catch (error) {
      const problem = error instanceof HttpProblem ? error : undefined;
      const code = problem?.code ?? 'internal_error';
      const { recipient = '', correlation_id: correlationId } =
        readableSchema.safeParse(request.body).data ?? {};
      const { number } = readPhoneNumber(recipient, connection.defaultCountry);
      const hashes = historyHashes(identity, {
        number: number?.e164,
        dialled: number === undefined ? recipient.replaceAll(/\D/g, '') : undefined,
        correlationId,
      });
      if (hashes.length > 0 && !NOTED_WITH_SCREENING.has(code)) {
        notes.note(hashes, {
          at: now(),
          connection: connection.name,
          status: problem?.status ?? 500,
          problem: code,
          ...(problem?.rules && { rules: [...problem.rules] }),
        });
      }
      throw error;
    }
  };
}
