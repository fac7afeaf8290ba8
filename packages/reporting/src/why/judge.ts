import { isFailure } from '@sms-gateway/contract';
import type { Trace, TraceAttempt } from '@sms-gateway/delivery';
import { CURES } from './cures.ts';
import { inSentence, providerName } from './provider-names.ts';
import { inWords, reasonOf } from './reasons.ts';

/** One sentence on the result of a message, and one on what to do. */
export type Judgement = { verdict: string; advice: string };

/** How long after its deadline a worker may take to conclude a message. */
const GRACE_MS = 10_000;

/** The result of an accepted message, from its trace alone. */
export function judge(trace: Trace, now: number): Judgement {
  switch (trace.outcome) {
    case undefined:
      return judgeUnfinished(trace, now);
    case 'sent':
      return judgeSent(trace);
    case 'failed':
      return judgeFailed(trace);
    case 'expired':
      return judgeExpired(trace);
    case 'superseded':
      return {
        verdict: 'Not sent: a newer code for the same number replaced it first.',
        advice: 'Nothing to do: Auth0 accepts only the newest code. See the newer message.',
      };
  }
}

function judgeUnfinished({ attempts, deadline }: Trace, now: number): Judgement {
  const last = attempts.at(-1);
  if (now > deadline + GRACE_MS) {
    return {
      verdict:
        last === undefined
          ? 'No worker took it before its deadline, or its request was answered 503.'
          : `It has no outcome, although its deadline has passed. The last attempt: ${describe(last)}.`,
      advice: 'Check that a worker runs: npm run gateway -- doctor --only worker.',
    };
  }
  if (last === undefined) {
    return {
      verdict: 'It is waiting for a worker.',
      advice: 'Check again in a moment. If it is still waiting: npm run gateway -- doctor --only worker.',
    };
  }
  return {
    verdict:
      last.result === undefined
        ? `It is being sent through ${inSentence(last.provider)}.`
        : `It is waiting for another attempt. So far: ${describe(last)}.`,
    advice: last.result === undefined ? 'Check again in a moment.' : cureOf(last),
  };
}

function judgeSent({ attempts, reason }: Trace): Judgement {
  const latest = attempts.at(-1);
  if (isDevelopment(latest)) {
    return {
      verdict: `${providerName(latest.provider)} has it. This provider sends no SMS.`,
      advice: 'Set PROVIDERS to a provider that sends, such as twilio.',
    };
  }
  const delivered = attempts.find(({ receipt }) => receipt?.status === 'delivered');
  if (delivered !== undefined) {
    return {
      verdict: `Delivered: a receipt from ${inSentence(delivered.provider)} says that it reached the phone.`,
      advice:
        'Nothing to do here: ask the user to check messages from blocked and unknown senders, and to enter the newest code.',
    };
  }
  const last = attempts.findLast(({ result, receipt }) => result === 'accepted' || receipt !== undefined);
  if (last === undefined) return { verdict: `Sent (${reason ?? 'accepted'}).`, advice: CURES.none };
  const name = providerName(last.provider);
  const { receipt } = last;
  if (receipt !== undefined && isFailure(receipt)) {
    return {
      verdict: `Not delivered: ${name} accepted it, but its receipt says ${receipt.status}${why(receipt.code)}.`,
      advice: receipt.code === undefined ? CURES.phone : CURES[reasonOf(receipt.code).cure],
    };
  }
  switch (receipt?.status) {
    case 'expired':
      return {
        verdict: `Not delivered: ${name} accepted it, but could not deliver it while it was valid${why(receipt.code)}.`,
        advice: CURES.phone,
      };
    case 'unknown':
      return {
        verdict: `${name} accepted it, but cannot find out whether it arrived.`,
        advice: `Check the log of ${inSentence(last.provider)}, and ask the user to try again.`,
      };
    default: {
      const known =
        receipt !== undefined
          ? 'it has been passed to the carrier'
          : last.expectsReceipt
            ? 'no delivery receipt has arrived'
            : 'it sends no receipts, so nothing more is known';
      const where = last.providerMessageId === undefined ? '' : ` for ${last.providerMessageId}`;
      return {
        verdict: `${name} accepted it; ${known}.`,
        advice: `Check the log of ${inSentence(last.provider)}${where}. ${adviceOnReceipts(last)}`,
      };
    }
  }
}

function adviceOnReceipts({ provider, expectsReceipt }: TraceAttempt): string {
  if (/^smpp(?::|$)/.test(provider)) {
    return expectsReceipt
      ? "If no receipts arrive at all, look for receipt_unmatched and receipt_unreadable in the worker's log; docs/smpp.md."
      : "The bind's registered_delivery and its kind of bind switch receipts on; docs/smpp.md.";
  }
  return expectsReceipt
    ? 'If no receipts arrive at all, compare PUBLIC_URL with the URL that it calls.'
    : 'If the provider can send receipts, PUBLIC_URL switches them on.';
}

function judgeFailed({ attempts, reason = '' }: Trace): Judgement {
  const last = attempts.at(-1);
  switch (reason) {
    case 'blocked':
      return { verdict: 'Not sent: an operator has blocked this destination.', advice: CURES.operator };
    case 'no_provider_left':
      return {
        verdict: `Not sent: every provider refused it. ${attempts.map(describe).join('; ')}.`,
        advice: last === undefined ? 'Set PROVIDERS, or a route that matches.' : cureOf(last),
      };
    case 'unrecognised_faults':
      return {
        verdict: `Not sent: two providers answered with unknown codes. ${attempts.map(describe).join('; ')}.`,
        advice: CURES.report,
      };
    case 'unknown_outcome':
      return {
        verdict: `It is not known whether it was sent: ${attempts.map(describe).join('; ')}.`,
        advice:
          last === undefined
            ? CURES.provider
            : `${cureOf(last)} With ON_UNKNOWN=resend, such a message is sent again.`,
      };
    case 'attempts_exhausted':
      return {
        verdict: `Not sent after ${attempts.length} attempts. The last: ${last === undefined ? 'none' : describe(last)}.`,
        advice: last === undefined ? CURES.report : cureOf(last),
      };
    default: {
      const receipt = attempts.findLast((attempt) => attempt.receipt !== undefined)?.receipt;
      if (receipt !== undefined && last?.result !== 'rejected') {
        return {
          verdict: `Not delivered: a receipt from ${inSentence(last?.provider ?? '')} says ${receipt.status}${why(receipt.code)}.`,
          advice: CURES[reasonOf(reason).cure],
        };
      }
      return {
        verdict: `${providerName(last?.provider ?? 'The provider')} refused the number: ${inWords(reason)}.`,
        advice: CURES[reasonOf(reason).cure],
      };
    }
  }
}

function judgeExpired({ attempts, acceptedAt, deadline, reason }: Trace): Judgement {
  const last = attempts.at(-1);
  const life = `${Math.round((deadline - acceptedAt) / 1000)} s`;
  if (last === undefined) {
    return {
      verdict: `Not sent: no worker took it before its deadline (${life}).`,
      advice:
        'Check that enough workers run (npm run gateway -- doctor --only worker); add workers, or raise CONCURRENCY.',
    };
  }
  const result =
    reason === 'deadline_after_unknown'
      ? 'It is not known whether it was sent'
      : 'Not sent: no provider accepted it';
  return {
    verdict: `${result} before its deadline (${life}). The last of ${attempts.length === 1 ? 'one attempt' : `${attempts.length} attempts`}: ${describe(last)}.`,
    advice: cureOf(last),
  };
}

/** An attempt and its result, such as `Twilio: nothing listens at its address (connect_refused)`. */
export function describe({ provider, result, code, receipt }: TraceAttempt): string {
  const name = providerName(provider);
  if (receipt !== undefined && isFailure(receipt)) {
    return `${name} accepted it, but its receipt says ${receipt.status}${why(receipt.code)}`;
  }
  if (result === undefined) return `${name}: no result`;
  if (result === 'accepted') return `${name} accepted it`;
  return `${name}: ${code === undefined ? result.replaceAll('_', ' ') : inWords(code)}`;
}

function cureOf({ code, receipt }: TraceAttempt): string {
  const reason = receipt?.code ?? code;
  return reason === undefined ? CURES.provider : CURES[reasonOf(reason).cure];
}

function why(code: string | undefined): string {
  return code === undefined ? '' : `: ${inWords(code)}`;
}

/** Whether a development provider has it. A failure that it simulates is judged like any other. */
function isDevelopment(attempt: TraceAttempt | undefined): attempt is TraceAttempt {
  if (attempt === undefined || !['inbox', 'console'].includes(attempt.provider)) return false;
  return attempt.receipt === undefined || ['sent', 'delivered'].includes(attempt.receipt.status);
}
