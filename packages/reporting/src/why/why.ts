import { maskPhoneNumber, type PhoneNumber } from '@sms-gateway/contract';
import {
  createTraceReader,
  type HistoryEntry,
  readHistory,
  type RefusedRequest,
  type Trace,
} from '@sms-gateway/delivery';
import type { Identity } from '@sms-gateway/privacy';
import type { RedisClient } from '@sms-gateway/redis';
import { attemptsOf, time, type WhyAnswer, type WhyMessage } from './answer.ts';
import { judge, type Judgement } from './judge.ts';
import { problemOf, refusalSentences } from './refusals.ts';
import { readUnattributed } from './unattributed.ts';

/** What to look for, limited to what arrived at `sinceMs` (milliseconds since the epoch) or later. */
export type Question = (
  | { number: PhoneNumber }
  /** Input that is not a possible number; the gateway may have received the same. */
  | { dialled: string }
  | { id: string }
  | { correlationId: string }
) & { sinceMs?: number | undefined };

export type Why = (question: Question) => Promise<WhyAnswer>;

type Deps = { redis: RedisClient; identity: Pick<Identity, 'historyKeys'>; now: () => number };

/**
 * Answers why a code did not arrive: every message of the last 72 hours that matches the question, with a verdict and what
 * to do. Reads Redis only, so it needs no worker, provider or log. @throws {Error} from Redis.
 */
export function createWhy({ redis, identity, now }: Deps): Why {
  const traces = createTraceReader({ redis });

  async function entriesOf(question: Question): Promise<HistoryEntry[]> {
    if ('id' in question) return [{ kind: 'accepted', id: question.id }];
    return readHistory(
      redis,
      subjectsOf(question).flatMap((subject) => identity.historyKeys(subject)),
    );
  }

  return async (question) => {
    const entries = await entriesOf(question);
    const ids = new Set(entries.flatMap((entry) => (entry.kind === 'accepted' ? [entry.id] : [])));
    const found = await Promise.all([...ids].map((id) => traces.read(id)));
    const accepted = found.filter((trace) => trace !== undefined);
    const refused = entries.flatMap((entry) => (entry.kind === 'refused' ? [entry.refusal] : []));
    const unattributed =
      'number' in question || 'dialled' in question
        ? await readUnattributed(redis, { now: now(), sinceMs: question.sinceMs })
        : [];
    const messages = [
      ...unattributed,
      ...accepted.map((trace) => ({ at: trace.acceptedAt, message: acceptedMessage(trace, now()) })),
      ...refused.map((refusal) => ({ at: refusal.at, message: refusedMessage(refusal) })),
    ];
    return {
      number: 'number' in question ? maskPhoneNumber(question.number) : (accepted[0]?.recipientHint ?? null),
      messages: messages
        .filter(({ at }) => at >= (question.sinceMs ?? 0))
        .toSorted((one, other) => other.at - one.at)
        .map(({ message }) => message),
    };
  };
}

/** The keys of a question's messages. Callers may also have sent the number in a form that cannot be parsed. */
function subjectsOf(question: Exclude<Question, { id: string }>): Parameters<Identity['historyKeys']>[0][] {
  if ('correlationId' in question) return [{ kind: 'correlation', value: question.correlationId }];
  if ('dialled' in question) return [{ kind: 'dialled', value: question.dialled.replaceAll(/\D/g, '') }];
  const { e164, countryCallingCode } = question.number;
  const national = e164.slice(1 + countryCallingCode.length);
  return [
    { kind: 'number', value: e164 },
    ...[e164.slice(1), `00${e164.slice(1)}`, national, `0${national}`].map((value) => ({
      kind: 'dialled' as const,
      value,
    })),
  ];
}

function acceptedMessage(trace: Trace, now: number): WhyMessage {
  const { id, connection, acceptedAt, outcome, outcomeAt, recordedRules } = trace;
  return {
    id,
    connection,
    acceptedAt: time(acceptedAt),
    answered: { status: 200, ...(recordedRules.length > 0 && { rules: recordedRules }) },
    attempts: attemptsOf(trace),
    outcome: outcome ?? null,
    outcomeAt: outcomeAt === undefined ? null : time(outcomeAt),
    ...withRetiredForm(trace, judge(trace, now)),
  };
}

/** Explains why the provider's log has another number than the one that the user gave. */
function withRetiredForm({ retiredForm }: Trace, { verdict, advice }: Judgement): Judgement {
  if (retiredForm === undefined) return { verdict, advice };
  return {
    verdict: `${verdict} The number had a form that is no longer in use (${retiredForm}), so it was sent to the current form.`,
    advice,
  };
}

function refusedMessage({ at, connection, id, rules = [], ...told }: RefusedRequest): WhyMessage {
  const { status, problem } =
    told.status === undefined ? problemOf(rules) : { status: told.status, problem: told.problem ?? '' };
  return {
    id: id ?? null,
    connection,
    acceptedAt: time(at),
    answered: { status, problem, ...(rules.length > 0 && { rules }) },
    attempts: [],
    outcome: null,
    outcomeAt: null,
    ...refusalSentences(problem, rules),
  };
}
