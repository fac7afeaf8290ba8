import { maskPhoneNumber, type PhoneNumber } from '@sms-gateway/contract';
import type { ConnectionConfig } from '@sms-gateway/config';
import type { Logger } from '@sms-gateway/process';
import type { Refusals } from '@sms-gateway/screening';
import type { IngressMetrics } from '../metrics.ts';
import type { createLimitedSubjects } from './limited-subjects.ts';

type Deps = {
  refusals: Refusals;
  limitedSubjects: ReturnType<typeof createLimitedSubjects>;
  metrics: Pick<IngressMetrics, 'screened' | 'limitedSubject'>;
  logger: Logger;
};

type Refusal = {
  messageId: string;
  rules: readonly string[];
  connection: ConnectionConfig;
  number: PhoneNumber;
  recipientKey: string;
};

/** Counts and traces what screening decided about messages. */
export function createScreeningNotes({ refusals, limitedSubjects, metrics, logger }: Deps) {
  return {
    /** Counts the rules that only record, even if another rule refuses the message. */
    recorded({ name }: ConnectionConfig, rules: readonly string[]): void {
      for (const rule of rules) metrics.screened(name, rule, 'recorded');
    },

    /** Counts a refusal and stores a trace of it, since users ask operators about refused messages. */
    async refused({ messageId, rules, connection, number, recipientKey }: Refusal): Promise<void> {
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
    },

    /** Counts the number and the address that reached one of these limits, each of them once in a while. */
    limitedSubjects(
      { name }: ConnectionConfig,
      rules: readonly string[],
      { recipientKey, addressKey }: { recipientKey: string; addressKey: string | undefined },
    ): void {
      for (const rule of rules) {
        const subjectKey = rule.startsWith('recipient_') ? recipientKey : addressKey;
        if (!/^(recipient|ip)_/.test(rule) || subjectKey === undefined) continue;
        if (limitedSubjects.isNew(rule, subjectKey)) metrics.limitedSubject(name, rule);
      }
    },
  };
}
