import type { DeliveryJob } from '@sms-gateway/contract';
import type { LookupResult, Provider, SendRequest, SendResult } from '@sms-gateway/providers';
import type { FinishedAttempt } from '@sms-gateway/delivery';
import type { Payload, ReceiptReferences } from '@sms-gateway/privacy';
import type { PlannedProvider } from '@sms-gateway/routing';
import { withinCallWindow } from './call-window.ts';
import type { CallPermit, ProviderHealth } from './health/health.ts';

/** Milliseconds after the deadline of a message during which its receipts are accepted. Carriers give up within a day. */
const RECEIPT_GRACE_MS = 24 * 3600 * 1000;

export type ProviderCalls = {
  /** Whether the provider can send receipts. */
  sendsReceipts(provider: string): boolean;
  /** The providers that can be asked whether they have a message. */
  answering: string[];
  /** One attempt, which is permitted and stored as begun. */
  send(call: {
    job: DeliveryJob;
    number: number;
    permit: CallPermit;
    planned: PlannedProvider | undefined;
    payload: Payload | undefined;
    text: string;
    timeoutMs: number;
    validitySeconds: number;
    signal: AbortSignal;
  }): Promise<{ finished: FinishedAttempt; durationMs: number }>;
  lookup(call: {
    job: DeliveryJob;
    provider: string;
    payload: Payload;
    timeoutMs: number;
    signal: AbortSignal;
  }): Promise<LookupResult>;
};

type Deps = {
  providers: Provider[];
  health: ProviderHealth;
  references: ReceiptReferences;
  /** The public URL of the ingress. Without it no provider is asked to send receipts. */
  publicUrl: string | undefined;
  now: () => number;
};

/** Calls providers within the time limit, and reports the results to the providers' health. */
export function createProviderCalls({ providers, health, references, publicUrl, now }: Deps): ProviderCalls {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const provided = (name: string): Provider => {
    const provider = byName.get(name);
    if (provider === undefined) throw new Error(`no provider named ${name}`);
    return provider;
  };

  function receiptUrl(job: DeliveryJob, attempt: number, { name, receipts }: Provider): string | undefined {
    if (receipts !== 'callback' || publicUrl === undefined) return undefined;
    // In the path, since some providers do not take a query along with a POST.
    const expiresAt = job.deadline + RECEIPT_GRACE_MS;
    const reference = references.issue({ messageId: job.id, attempt, provider: name, expiresAt });
    return `${publicUrl}/v1/receipts/${name}/${reference}`;
  }

  return {
    sendsReceipts: (name) => {
      const receipts = byName.get(name)?.receipts;
      return receipts === 'connection' || (receipts === 'callback' && publicUrl !== undefined);
    },
    answering: providers.filter((provider) => 'lookup' in provider).map(({ name }) => name),

    send: async ({ job, number, permit, planned, payload, text, timeoutMs, validitySeconds, signal }) => {
      const provider = provided(permit.provider);
      const startedAt = now();
      let result: SendResult;
      // Storing the attempt may have taken long.
      const leftMs = job.deadline - startedAt;
      if (leftMs <= 0 || payload === undefined) {
        health.release(permit);
        result = { kind: 'transient', code: 'deadline_before_call', retryAfterMs: undefined };
      } else {
        const { to, from } = payload;
        const request: SendRequest = {
          id: job.id,
          to,
          from,
          sender: planned?.sender,
          registration: planned?.registration,
          body: text,
          validitySeconds: Math.min(validitySeconds, Math.max(1, Math.floor(leftMs / 1000))),
          attempt: number,
          receiptUrl: receiptUrl(job, number, provider),
        };
        try {
          result = await withinCallWindow(
            { outer: signal, timeoutMs: Math.min(timeoutMs, leftMs) },
            (window) => provider.send(request, window),
          );
        } catch (error) {
          // A bug in an adapter. Whether it sent anything is unknown.
          health.release(permit);
          throw error;
        }
        health.report(permit, result, now() - startedAt);
      }
      const concludedAt = now();
      return {
        finished: finishedAttempt({ provider: provider.name, number, result, concludedAt }),
        durationMs: concludedAt - startedAt,
      };
    },

    lookup: ({ job, provider, payload, timeoutMs, signal }) =>
      withinCallWindow({ outer: signal, timeoutMs }, async (window) => {
        const answer = await provided(provider).lookup?.({ id: job.id, to: payload.to }, window);
        return answer ?? { kind: 'unanswered', code: 'cannot_be_asked' };
      }),
  };
}

/** The finished attempt for a provider's result. */
export function finishedAttempt({
  provider,
  number,
  result,
  concludedAt,
}: Pick<FinishedAttempt, 'provider' | 'number' | 'concludedAt'> & { result: SendResult }): FinishedAttempt {
  const { providerMessageId, names } = identityOf(result, provider);
  return {
    number,
    provider,
    result: result.kind,
    code: result.kind === 'accepted' ? undefined : result.code,
    isUnrecognised: result.kind === 'provider_fault' && !result.isRecognised,
    providerMessageId,
    names,
    wasAsked: false,
    concludedAt,
  };
}

/** The ids of an accepted message at its provider. */
export function identityOf(
  result: SendResult | LookupResult,
  provider: string,
): Pick<FinishedAttempt, 'providerMessageId' | 'names'> {
  if (result.kind !== 'accepted' && result.kind !== 'found') return { providerMessageId: undefined };
  const { providerMessageId: own, names } = result;
  const parts = 'partIds' in result ? (result.partIds ?? []) : [];
  if (own === undefined || parts.length === 0) return { providerMessageId: own, names };
  return {
    providerMessageId: own,
    names: [own, ...parts].map((id) => ({ scope: provider, id, receiptIds: [id] })),
  };
}
