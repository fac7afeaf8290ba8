import type { SendRequest, SendResult } from './provider.ts';

/**
 * An id of a provider's, which ends up in traces and logs. Providers change the form of their ids, and a receipt is
 * proved by its signature, so any word will do; but not one that could be a phone number or a code.
 */
export function readMessageId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,200}$/.test(value) && !/^\d{1,15}$/.test(value)
    ? value
    : undefined;
}

/** The result without an id that repeats the text, a code in it, or the number. */
export function withoutRepetition(result: SendResult, { to, body }: SendRequest): SendResult {
  if (result.kind !== 'accepted' || result.providerMessageId === undefined) return result;
  const codes = body.match(/\d{4,}/g) ?? [];
  const ids = [result.providerMessageId, ...(result.partIds ?? [])];
  const isRepeated = [body, to.slice(1), ...codes].some((secret) => ids.some((id) => id.includes(secret)));
  return isRepeated ? { kind: 'accepted', providerMessageId: undefined } : result;
}
