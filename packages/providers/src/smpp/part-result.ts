import type { SendRequest, SendResult } from '../provider.ts';
import { readCString } from './body.ts';
import type { SmppDialect } from './dialect.ts';
import type { IdForms } from './id-forms.ts';
import type { PartResult } from './parts.ts';
import type { RequestAnswer, RequestOutcome } from './session.ts';
import { classifyStatus, ESME_ROK } from './status.ts';

/** What became of one submit_sm. */
export function classifyOutcome(outcome: RequestOutcome, request: SendRequest): PartResult {
  if (outcome.kind === 'not_sent') return transient(outcome.code);
  if (outcome.kind === 'no_answer') return { kind: 'unknown', code: outcome.code };
  return classifyAnswer(outcome, request);
}

export function classifyAnswer(answer: RequestAnswer, request: SendRequest): PartResult {
  if (answer.status !== ESME_ROK) return classifyStatus(answer.status);
  if (answer.isNack) return { kind: 'unknown', code: 'answer_malformed' };
  return { kind: 'accepted', smscId: messageIdIn(answer.body, request) };
}

/** Ids appear in traces and logs, so one that repeats the text or the number is not used. */
function messageIdIn(answer: Buffer, { to, body }: SendRequest): string {
  const id = readCString(answer, 0).value.trim();
  if (!/^[\x21-\x7e]{1,64}$/.test(id)) return '';
  return id.includes(body) || id.includes(to.slice(1)) ? '' : id;
}

/**
 * A message by the ids of its parts. The first part represents it, or the last one if that part asks for the receipt.
 * Some centres give only one part an id, or all parts the same.
 */
export function acceptedAs(
  acknowledged: ReadonlyMap<number, string>,
  ids: Pick<IdForms, 'ofResponse'>,
  receiptParts: SmppDialect['receiptParts'],
): SendResult & { kind: 'accepted' } {
  const numbers = [...acknowledged.keys()].toSorted((a, b) => (receiptParts === 'last' ? b - a : a - b));
  const known = new Set(numbers.map((number) => acknowledged.get(number) ?? '').filter((id) => id !== ''));
  const [own] = known;
  return { kind: 'accepted', providerMessageId: own, names: [...known].map(ids.ofResponse) };
}

export function transient(code: string): SendResult & { kind: 'transient' } {
  return { kind: 'transient', code, retryAfterMs: undefined };
}

export function fault(code: string): SendResult & { kind: 'provider_fault' } {
  return { kind: 'provider_fault', code, isRecognised: true };
}
