import { noticeKind, parsePhoneNumber, smsRequestSchema, type SmsRequest } from '@sms-gateway/contract';
import {
  type AcceptedMessage,
  type Identity,
  type Producer,
  QueueUnavailableError,
  type ReachedLimit,
} from '@sms-gateway/queue';
import type { ConnectionConfig } from '@sms-gateway/runtime';
import type { z } from 'zod';
import type { IngressMetrics } from './metrics.ts';
import { HttpProblem } from './problem.ts';
import { screenDestination } from './screen/destination.ts';
import { limitsFor } from './screen/limits.ts';

export type Accept = (
  connection: ConnectionConfig,
  request: { body: unknown; idempotencyKey: string | undefined },
) => Promise<AcceptedMessage>;

type Deps = {
  producer: Producer;
  identity: Pick<Identity, 'limitKey'>;
  metrics: IngressMetrics;
  /** The setting in effect at this moment. */
  screening: () => 'on' | 'record' | 'off';
};

/** From an authenticated body to a message on disk. @throws {HttpProblem} for everything that keeps it from there. */
export function createAccept({ producer, identity, metrics, screening: screeningNow }: Deps): Accept {
  return async (connection, { body, idempotencyKey }) => {
    const screening = screeningNow();
    const request = parseRequest(body);
    refuseBadKey(idempotencyKey);
    const recipient = parsePhoneNumber(request.recipient, connection.defaultCountry);
    if (recipient === undefined) {
      throw new HttpProblem(
        422,
        'recipient_not_possible',
        'The recipient is not a possible phone number. Send it in E.164: plus sign, country code, number.',
      );
    }

    if (screening !== 'off') {
      const screened = screenDestination(recipient, connection.allowedCountries);
      if (screened.decision === 'refused') {
        metrics.screened(connection.name, screened.rule, screening === 'on' ? 'refused' : 'recorded');
        if (screening === 'on') {
          throw new HttpProblem(
            403,
            'destination_not_allowed',
            `No codes are sent to this destination${recipient.country ? ` (${recipient.country})` : ''}.`,
          );
        }
      }
    }

    const limits =
      screening === 'off'
        ? []
        : limitsFor(
            { recipient, ip: request.req?.ip ?? undefined, connection: connection.name },
            connection.limits,
            identity.limitKey,
          );
    const result = await orUnavailable(() =>
      metrics.timeEnqueue(() =>
        producer.accept({
          connection: connection.name,
          recipient,
          text: request.body,
          sender: request.sender ?? undefined,
          messageType: request.message_type ?? undefined,
          notice: noticeKind(request),
          idempotencyKey,
          ttlMs: connection.messageTtlMs,
          limits: { mode: screening === 'on' ? 'enforce' : 'record', limits },
        }),
      ),
    );
    const decision = result.kind === 'limited' ? 'refused' : 'recorded';
    for (const { rule } of result.reached) metrics.screened(connection.name, rule, decision);
    if (result.kind === 'limited') throw limitReached(result.reached);
    return result;
  };
}

async function orUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof QueueUnavailableError)) throw error;
    throw new HttpProblem(503, 'queue_unavailable', 'The message cannot be stored durably now. Try again.', {
      cause: error,
      headers: { 'Retry-After': '2' },
    });
  }
}

/** For the one that takes longest: before that, the message would only be refused again. */
function limitReached(reached: readonly ReachedLimit[]): HttpProblem {
  const rules = reached.map(({ rule }) => rule).join(', ');
  const retryAfterSeconds = Math.ceil(Math.max(...reached.map(({ retryAfterMs }) => retryAfterMs)) / 1000);
  return new HttpProblem(429, 'limit_reached', `Too many messages for now (${rules}).`, {
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

function parseRequest(body: unknown): SmsRequest {
  const parsed = smsRequestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new HttpProblem(
    400,
    'invalid_request',
    `${[...new Set(parsed.error.issues.map(describe))].join('; ')}.`,
  );
}

/** Names the field and the rule only: zod's own messages may repeat what was sent. */
function describe({ path, code, message }: z.core.$ZodIssue): string {
  const field = path.length === 0 ? 'The body' : `The field "${path.join('.')}"`;
  switch (code) {
    case 'invalid_type':
      return `${field} is missing or of the wrong type`;
    case 'too_big':
      return `${field} is too long`;
    case 'too_small':
      return `${field} is empty`;
    case 'custom':
      return message === 'must not be blank' ? `${field} is empty` : `${field} is malformed`;
    default:
      return `${field} is malformed`;
  }
}

function refuseBadKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return;
  throw new HttpProblem(
    400,
    'invalid_request',
    'The header "Idempotency-Key" must have 1 to 255 visible ASCII characters.',
  );
}
