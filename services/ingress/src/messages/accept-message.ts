import { maskPhoneNumber, noticeKind, readSmsRequest } from '@sms-gateway/contract';
import type { AcceptedMessage, Producer } from '@sms-gateway/delivery';
import type { Identity } from '@sms-gateway/privacy';
import type { Refusals, RuleMode } from '@sms-gateway/screening';
import type { ConnectionConfig, IngressConfig } from '@sms-gateway/config';
import type { Logger } from '@sms-gateway/process';
import { screenMessage } from '@sms-gateway/screening';
import { orUnavailable } from '../http/or-unavailable.ts';
import type { IngressMetrics } from '../metrics.ts';
import { invalidBody, parseRecipient } from '../http/parse-body.ts';
import { HttpProblem } from '../http/problem.ts';
import type { CallerFaults, Note } from './caller-faults.ts';
import type { createLimitedSubjects } from './limited-subjects.ts';
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
  const { producer, identity, refusals, faults, limitedSubjects, metrics, logger } = deps;

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
    faults.ignoredFields(connection, ignored, note);
    faults.number(number, note);
    if (isAddressUnparsable) faults.unparsableAddress(connection, note);
    faults.text(connection, request);

    /** Counts the rules that only record, even if another rule refuses the message. */
    function noteRecorded(rules: readonly string[]): void {
      for (const rule of rules) metrics.screened(connection.name, rule, 'recorded');
    }

    /** Counts a refusal and stores a trace of it, since users ask operators about refused messages. */
    async function noteRefusal(messageId: string, rules: readonly string[]): Promise<void> {
      for (const rule of rules) metrics.screened(connection.name, rule, 'refused');
      try {
        await refusals.note({
          messageId,
          connection: connection.name,
          country: number.country,
          recipientHint: maskPhoneNumber(number),
          recipientKey,
          rules,
        });
      } catch (error) {
        // A missing trace must not turn a 403 into a 503.
        logger.warn({ err: error }, 'screening.trace_failed');
      }
    }

    function countSubjects(rules: readonly string[]): void {
      for (const rule of rules) {
        const subjectKey = rule.startsWith('recipient_') ? recipientKey : addressKey;
        if (!/^(recipient|ip)_/.test(rule) || subjectKey === undefined) continue;
        if (limitedSubjects.isNew(rule, subjectKey)) metrics.limitedSubject(connection.name, rule);
      }
    }

    if (destination.length > 0 && mode === 'on') {
      await noteRefusal(identity.newMessageId(), destination);
      throw destinationRefused(destination, number.country);
    }

    const result = await orUnavailable('The message cannot be stored durably now. Try again.', () =>
      metrics.timeEnqueue(() =>
        producer.accept({
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
        }),
      ),
    );
    if (result.kind === 'reused') {
      throw new HttpProblem(
        422,
        'idempotency_key_reused',
        'The Idempotency-Key came with another recipient or text before. Give every message a key of its own.',
      );
    }
    if (result.kind === 'blocked') {
      noteRecorded(destination);
      await noteRefusal(result.id, ['blocked']);
      throw blocked(result.name);
    }
    const namesOf = (ruleMode: RuleMode) =>
      result.reached.filter((rule) => rule.mode === ruleMode).map(({ rule }) => rule);
    if (result.kind === 'limited') {
      noteRecorded([...destination, ...namesOf('record')]);
      countSubjects(namesOf('enforce'));
      await noteRefusal(result.id, namesOf('enforce'));
      throw limitReached(result.reached.filter((rule) => rule.mode === 'enforce'));
    }
    if (!result.isRepeat) {
      metrics.accepted(number.country);
      noteRecorded([...destination, ...namesOf('record')]);
    }
    return result;
  };
}

function refuseBadKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return;
  throw new HttpProblem(
    400,
    'invalid_request',
    'The header "Idempotency-Key" must have 1 to 255 visible ASCII characters.',
  );
}
