import { isFailure } from '@sms-gateway/contract';
import type { Trace, TraceAttempt } from '@sms-gateway/delivery';
import { CURES, inSentence, inWords, providerName, reasonOf } from './reasons.ts';

/** One sentence on what became of a message, and one on what to do. */
export type Judgement = { verdict: string; advice: string };

/** Milliseconds after its deadline in which a worker concludes a message. */
const GRACE_MS = 10_000;

/** What became of an accepted message, from its trace alone. */
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
        verdict: 'Not sent: a newer code for the same number replaced it before it went out.',
        advice: 'Nothing to do: Auth0 takes the newest code only. Look at the newer message.',
      };
  }
}

function judgeUnfinished({ attempts, deadline }: Trace, now: number): Judgement {
  const last = attempts.at(-1);
  if (now > deadline + GRACE_MS) {
    return {
      verdict:
        last === undefined
          ? 'No worker took it before its deadline, or its request was answered 503 after all.'
          : `It has no outcome though its deadline has passed; the last attempt: ${describe(last)}.`,
      advice: 'Look whether a worker runs: npm run gateway -- doctor --only worker.',
    };
  }
  if (last === undefined) {
    return {
      verdict: 'It waits for a worker.',
      advice: 'Look again in a moment; if it stays so: npm run gateway -- doctor --only worker.',
    };
  }
  return {
    verdict:
      last.result === undefined
        ? `It is being sent through ${inSentence(last.provider)}.`
        : `It waits to be tried again; so far: ${describe(last)}.`,
    advice: last.result === undefined ? 'Look again in a moment.' : cureOf(last),
  };
}

function judgeSent({ attempts, reason }: Trace): Judgement {
  const only = attempts.at(-1);
  if (isDevelopment(only)) {
    return {
      verdict: `${providerName(only.provider)} has it: no SMS is sent with this provider.`,
      advice: 'Set PROVIDERS to a provider that sends, such as twilio.',
    };
  }
  const delivered = attempts.find(({ receipt }) => receipt?.status === 'delivered');
  if (delivered !== undefined) {
    return {
      verdict: `Delivered: a receipt of ${inSentence(delivered.provider)} says that the phone has it.`,
      advice:
        'Nothing to do here: ask the user to look among blocked and unknown senders, and to enter the newest code.',
    };
  }
  const last = attempts.findLast(({ result, receipt }) => result === 'accepted' || receipt !== undefined);
  if (last === undefined) return { verdict: `Sent (${reason ?? 'accepted'}).`, advice: CURES.none };
  const name = providerName(last.provider);
  const { receipt } = last;
  if (receipt !== undefined && isFailure(receipt)) {
    return {
      verdict: `Not delivered: ${name} took it, and its receipt says ${receipt.status}${why(receipt.code)}.`,
      advice: receipt.code === undefined ? CURES.phone : CURES[reasonOf(receipt.code).cure],
    };
  }
  switch (receipt?.status) {
    case 'expired':
      return {
        verdict: `Not delivered: ${name} took it, and could not deliver it while it was valid${why(receipt.code)}.`,
        advice: CURES.phone,
      };
    case 'unknown':
      return {
        verdict: `${name} took it, and will never know whether it arrived.`,
        advice: `Look at the log of ${inSentence(last.provider)}; ask the user to try again.`,
      };
    default: {
      const known =
        receipt !== undefined
          ? 'it is on its way to the carrier'
          : last.expectsReceipt
            ? 'no delivery receipt has come'
            : 'it sends no receipts here, so nothing more is known';
      const where = last.providerMessageId === undefined ? '' : ` for ${last.providerMessageId}`;
      return {
        verdict: `${name} took it; ${known}.`,
        advice: `Look at the log of ${inSentence(last.provider)}${where}. ${
          last.expectsReceipt
            ? 'Where no receipts come at all, compare PUBLIC_URL with what it calls.'
            : 'Where a provider can send receipts, PUBLIC_URL switches them on.'
        }`,
      };
    }
  }
}

function judgeFailed({ attempts, reason = '' }: Trace): Judgement {
  const last = attempts.at(-1);
  switch (reason) {
    case 'blocked':
      return { verdict: 'Not sent: an operator had blocked this destination.', advice: CURES.operator };
    case 'no_provider_left':
      return {
        verdict: `Not sent: every provider refused it. ${attempts.map(describe).join('; ')}.`,
        advice: last === undefined ? 'Set PROVIDERS, or routes that fit.' : cureOf(last),
      };
    case 'unrecognised_faults':
      return {
        verdict: `Not sent: two providers answered what no table knows. ${attempts.map(describe).join('; ')}.`,
        advice: CURES.report,
      };
    case 'unknown_outcome':
      return {
        verdict: `It may have been sent, or not: ${attempts.map(describe).join('; ')}.`,
        advice:
          last === undefined
            ? CURES.provider
            : `${cureOf(last)} ON_UNKNOWN=resend sends it again in such a case.`,
      };
    case 'attempts_exhausted':
      return {
        verdict: `Not sent after ${attempts.length} attempts; the last: ${last === undefined ? 'none' : describe(last)}.`,
        advice: last === undefined ? CURES.report : cureOf(last),
      };
    default: {
      const receipt = attempts.findLast((attempt) => attempt.receipt !== undefined)?.receipt;
      if (receipt !== undefined && last?.result !== 'rejected') {
        return {
          verdict: `Not delivered: a receipt of ${inSentence(last?.provider ?? '')} says ${receipt.status}${why(receipt.code)}.`,
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
      verdict: `Not sent: no worker took it within its life of ${life}.`,
      advice:
        'Look whether enough workers run: npm run gateway -- doctor --only worker; add workers, or raise CONCURRENCY.',
    };
  }
  const may =
    reason === 'deadline_after_unknown'
      ? 'It may have been sent, but nobody confirmed it'
      : 'Not sent: no provider took it';
  return {
    verdict: `${may} within its life of ${life}. The last of ${attempts.length === 1 ? 'one attempt' : `${attempts.length} attempts`}: ${describe(last)}.`,
    advice: cureOf(last),
  };
}

/** An attempt and its end, such as `Twilio: nobody listens at its address (connect_refused)`. */
export function describe({ provider, result, code, receipt }: TraceAttempt): string {
  const name = providerName(provider);
  if (receipt !== undefined && isFailure(receipt)) {
    return `${name} took it, and its receipt says ${receipt.status}${why(receipt.code)}`;
  }
  if (result === undefined) return `${name} never concluded`;
  if (result === 'accepted') return `${name} took it`;
  return `${name}: ${code === undefined ? result.replaceAll('_', ' ') : inWords(code)}`;
}

function cureOf({ code, receipt }: TraceAttempt): string {
  const reason = receipt?.code ?? code;
  return reason === undefined ? CURES.provider : CURES[reasonOf(reason).cure];
}

function why(code: string | undefined): string {
  return code === undefined ? '' : `: ${inWords(code)}`;
}

/** Whether a provider has it that shows messages to a developer; one that plays a failure is judged as any other. */
function isDevelopment(attempt: TraceAttempt | undefined): attempt is TraceAttempt {
  if (attempt === undefined || !['inbox', 'console'].includes(attempt.provider)) return false;
  return attempt.receipt === undefined || ['sent', 'delivered'].includes(attempt.receipt.status);
}
