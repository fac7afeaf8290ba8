import {
  ATTEMPT_RESULTS,
  type AttemptResult,
  gatewayKeys,
  type Outcome,
  OUTCOMES,
  RECEIPT_STATUSES,
  type ReceiptStatus,
} from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';

/** Milliseconds for which a trace stays readable: three days, over a weekend. */
export const TRACE_TTL_MS = 72 * 3600 * 1000;

export type TraceAttempt = {
  provider: string;
  begunAt: number;
  /** Absent while the attempt is in progress, and forever if its process died. */
  result: AttemptResult | undefined;
  code: string | undefined;
  /** A fault with a code that is in no table. */
  isUnrecognised: boolean;
  concludedAt: number | undefined;
  providerMessageId: string | undefined;
  /** Whether the provider was asked, after an unknown result, whether it has the message. */
  wasAsked: boolean;
  /** The status of the receipt that says the most. */
  receipt: TraceReceipt | undefined;
  /** The provider sends receipts to this gateway. */
  expectsReceipt?: true;
};

export type TraceReceipt = {
  status: ReceiptStatus;
  code: string | undefined;
  /** It did not arrive, and another provider may succeed. */
  isCurable: boolean;
  at: number;
};

/** The history of one message, without its text and number. All times in milliseconds since the epoch. */
export type Trace = {
  id: string;
  connection: string;
  /** Calling code and last two digits. */
  recipientHint: string;
  country: string | undefined;
  /** The form, no longer in use, that the number was given in. */
  retiredForm: string | undefined;
  acceptedAt: number;
  /** When the caller first requested it, if known. */
  requestedAt: number | undefined;
  deadline: number;
  attempts: TraceAttempt[];
  outcome: Outcome | undefined;
  outcomeAt: number | undefined;
  reason: string | undefined;
  /** How the text goes out; absent before the first attempt. */
  encoding: string | undefined;
  segments: number | undefined;
  /** The routing rule that chose the providers. */
  route: string | undefined;
  /** Screening rules that only record, and would have refused the message. */
  recordedRules: string[];
};

export type TraceReader = {
  /** Undefined where no such message was accepted within the last 72 hours. */
  read(messageId: string): Promise<Trace | undefined>;
};

export function createTraceReader({ redis }: { redis: RedisClient }): TraceReader {
  return {
    read: async (messageId) => {
      const fields = await redis.hgetall(gatewayKeys.trace(messageId));
      return fields['accepted_at'] === undefined ? undefined : parseTrace(messageId, fields);
    },
  };
}

function parseTrace(id: string, fields: Record<string, string>): Trace {
  return {
    id,
    connection: fields['connection'] ?? '',
    recipientHint: fields['recipient_hint'] ?? '',
    country: fields['country'],
    retiredForm: fields['retired_form'],
    acceptedAt: Number(fields['accepted_at']),
    requestedAt: optionalNumber(fields['requested_at']),
    deadline: Number(fields['deadline']),
    attempts: parseAttempts(fields),
    outcome: parseOutcome(fields),
    outcomeAt: optionalNumber(fields['outcome_at']),
    reason: fields['reason'],
    encoding: fields['encoding'],
    segments: optionalNumber(fields['segments']),
    route: fields['route'],
    recordedRules: [fields['recorded_destination'], fields['recorded_rules']].flatMap(
      (rules) => rules?.split(',') ?? [],
    ),
  };
}

/** Attempts are stored flat, as `a1.provider`, `a1.begun_at` and so on, `attempts` being their number. */
export function parseAttempts(fields: Record<string, string>): TraceAttempt[] {
  return Array.from({ length: Number(fields['attempts'] ?? 0) }, (_, index) => {
    const field = (name: string) => fields[`a${index + 1}.${name}`];
    return {
      provider: field('provider') ?? '',
      begunAt: Number(field('begun_at')),
      result: ATTEMPT_RESULTS.find((result) => result === field('result')),
      code: field('code'),
      isUnrecognised: field('unrecognised') === '1',
      concludedAt: optionalNumber(field('concluded_at')),
      providerMessageId: field('provider_message_id'),
      wasAsked: field('asked') === '1',
      receipt: parseReceipt(field),
      ...(field('expects_receipt') === '1' && { expectsReceipt: true as const }),
    };
  });
}

function parseReceipt(field: (name: string) => string | undefined): TraceReceipt | undefined {
  const status = RECEIPT_STATUSES.find((known) => known === field('receipt'));
  if (status === undefined) return undefined;
  return {
    status,
    code: field('receipt_code'),
    isCurable: field('receipt_curable') === '1',
    at: Number(field('receipt_at')),
  };
}

export function parseOutcome(fields: Record<string, string>): Outcome | undefined {
  return OUTCOMES.find((outcome) => outcome === fields['outcome']);
}

function optionalNumber(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
