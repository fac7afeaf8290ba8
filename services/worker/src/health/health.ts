import type { SendResult } from '@sms-gateway/providers';
import type { CircuitState, CircuitPermit } from './circuit.ts';

/** Permission for one call to a provider. */
export type CallPermit = { readonly provider: string; readonly circuitPermit: CircuitPermit };

/** What one process knows about the health of its providers. Times in milliseconds since the epoch. */
export type ProviderHealth = {
  /** From when the provider may be called; not after now where it may be called at once. */
  availableAt(provider: string): number;
  /**
   * Asks the circuit breaker and the rate limit that all workers share for a permit to make one call now. Undefined
   * where there is none: `availableAt` then says when to ask again, which is later than now.
   * @throws what Redis answers: without it no attempt can be stored anyway.
   */
  acquire(provider: string): Promise<CallPermit | undefined>;
  /** Reports the result of a permitted call. */
  report(permit: CallPermit, result: SendResult, durationMs: number): void;
  /** Gives back the permit of a call that was not made. */
  release(permit: CallPermit): void;
  /** For `/readyz` and the metrics. */
  snapshot(): Record<string, ProviderState>;
  /** Why no provider at all can send now, each with its reason; undefined where one may be able to. */
  standstill(): string | undefined;
};

export type ProviderState = {
  circuit: CircuitState;
  isAvailable: boolean;
  /** Milliseconds until it may be called; 0 where it may be now. */
  availableInMs: number;
  /** Why the provider cannot be used, such as a refused bind, in its own words. */
  reason: string | undefined;
  /** Over the sliding window of a minute. */
  calls: number;
  failureRatio: number;
  /** Milliseconds; undefined without a call in the window. */
  latencyP50Ms: number | undefined;
  latencyP95Ms: number | undefined;
};
