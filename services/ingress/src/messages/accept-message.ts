import { maskPhoneNumber, noticeKind, readSmsRequest } from '@sms-gateway/contract';
import type { AcceptedMessage, Producer } from '@sms-gateway/delivery';
import type { Identity } from '@sms-gateway/privacy';
import type { ReachedRule, Refusals, RuleMode } from '@sms-gateway/screening';
import type { ConnectionConfig, IngressConfig } from '@sms-gateway/config';
import type { Logger } from '@sms-gateway/process';
import { screenMessage } from '@sms-gateway/screening';
import { orUnavailable } from '../http/or-unavailable.ts';
import type { IngressMetrics } from '../metrics.ts';
import { endStep } from '../cohort.ts';
import { invalidBody, parseRecipient } from '../http/parse-body.ts';
import { HttpProblem } from '../http/problem.ts';
import type { CallerFaults, Note } from './caller-faults.ts';
import type { createLimitedSubjects } from './limited-subjects.ts';
import { createScreeningNotes } from './screening-notes.ts';
import { blocked, destinationRefused, limitReached } from './screening-problems.ts';

export type AcceptMessage = (
  connection: ConnectionConfig,
  request: {
    body: unknown;
    idempotencyKey: string | undefined;
    /** Adds fields to the log line of the request, whatever the answer. */
    note: Note;
  },
) => Promise<AcceptedMessage>;

type Deps = {
  producer: Producer;
  identity: Pick<Identity, 'limitKey' | 'newMessageId'>;
  refusals: Refusals;
  faults: CallerFaults;
  limitedSubjects: ReturnType<typeof createLimitedSubjects>;
  metrics: IngressMetrics;
  logger: Logger;
  /** The settings in effect at this moment. */
  current: () => Pick<IngressConfig, 'screening' | 'blockedDestinations'>;
};

/** Stores the message of an authenticated body durably. @throws {HttpProblem} if it cannot. */
export function createAcceptMessage(deps: Deps): AcceptMessage {
  const { producer, identity, faults, metrics } = deps;
  const screened = createScreeningNotes(deps);

  /** @throws {HttpProblem} 503 */
  async function store(message: Parameters<Producer['accept']>[0]) {
    const startedAt = performance.now();
    try {
      return await orUnavailable('The message cannot be stored durably now. Try again.', () =>
        producer.accept(message),
      );
    } finally {
      metrics.enqueued(performance.now() - startedAt);
    }
  }

  return async (connection, { body, idempotencyKey, note }) => {
    const { screening: mode, blockedDestinations } = deps.current();
    const { request, ignored, error: fault } = readSmsRequest(body);
    if (fault !== undefined) throw invalidBody(fault);
    refuseBadKey(idempotencyKey);
    const number = parseRecipient(request.recipient, connection);
    note({ recipientHint: maskPhoneNumber(number) });
    const notice = noticeKind(request);
    const { destination, screening, recipientKey, addressKey, isAddressUnparsable } = screenMessage(
      {
        recipient: number,
        ip: request.req?.ip ?? undefined,
        text: request.body,
        isCode: notice === undefined,
      },
      connection,
      { mode, blockedDestinations, limitKey: identity.limitKey },
    );
    await endStep();
    faults.ignoredFields(connection, ignored, note);
    faults.number(number, note);
    if (isAddressUnparsable) faults.unparsableAddress(connection, note);
    faults.text(connection, request);

    if (destination.length > 0 && mode === 'on') {
      const messageId = identity.newMessageId();
      await screened.refused({ messageId, rules: destination, connection, number, recipientKey });
      throw destinationRefused(destination, number.country);
    }

    const result = await store({
      connection: connection.name,
      recipient: number,
      text: request.body,
      sender: request.sender,
      messageType: request.message_type ?? undefined,
      notice,
      idempotencyKey,
      repeatWindowMs: connection.repeatWindowMs,
      ttlMs: connection.messageTtlMs,
      requestedAt: request.requested_at ? Date.parse(request.requested_at) : undefined,
      correlationId: request.correlation_id ?? undefined,
      screening,
      recordedDestination: destination,
    });
    if (result.kind === 'reused') {
      throw new HttpProblem(
        422,
        'idempotency_key_reused',
        'The Idempotency-Key came with another recipient or text before. Give every message a key of its own.',
      );
    }
    if (result.kind === 'blocked') {
      screened.recorded(connection, destination);
      await screened.refused({ messageId: result.id, rules: ['blocked'], connection, number, recipientKey });
      throw blocked(result.name);
    }
    if (result.kind === 'limited') {
      const rules = namesOf(result.reached, 'enforce');
      screened.recorded(connection, [...destination, ...namesOf(result.reached, 'record')]);
      screened.limitedSubjects(connection, rules, { recipientKey, addressKey });
      await screened.refused({ messageId: result.id, rules, connection, number, recipientKey });
      throw limitReached(result.reached.filter((rule) => rule.mode === 'enforce'));
    }
    if (!result.isRepeat) {
      metrics.accepted(number.country);
      screened.recorded(connection, destination);
      screened.recorded(connection, namesOf(result.reached, 'record'));
    }
    return result;
  };
}

function namesOf(reached: readonly ReachedRule[], mode: RuleMode): string[] {
  return reached.filter((rule) => rule.mode === mode).map(({ rule }) => rule);
}

function refuseBadKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return;
  throw new HttpProblem(
    400,
    'invalid_request',
    'The header "Idempotency-Key" must have 1 to 255 visible ASCII characters.',
  );
}
