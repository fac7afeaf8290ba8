import type { SendResult } from '@sms-gateway/providers';
import type { CircuitState, Ticket } from './circuit.ts';

/** Permit for one call. */
export type CallPermit = { readonly provider: string; readonly ticket: Ticket };

/** What one process knows of how its providers do. Times in milliseconds since the epoch. */
export type ProviderHealth = {
  /** From when the provider may be called; not after now where it may be called at once. */
  availableAt(provider: string): number;
  /**
   * Asks for leave to make one call now: from the circuit breaker, and from the rate limit that all workers share.
   * Undefined where it is not given; then `availableAt` says from when on to ask again, which is later than now.
   * @throws what Redis answers: without it no attempt can be written down anyway.
   */
  admit(provider: string): Promise<CallPermit | undefined>;
  /** Tells what an admitted call came to. */
  report(leave: CallPermit, result: SendResult, durationMs: number): void;
  /** Gives back the leave for a call that was not made after all. */
  withdraw(leave: CallPermit): void;
  /** For `/readyz` and the metrics. */
  snapshot(): Record<string, ProviderState>;
};

export type ProviderState = {
  circuit: CircuitState;
  isAvailable: boolean;
  /** Milliseconds until it may be called; 0 where it may be now. */
  availableInMs: number;
  /** Over the sliding window of a minute. */
  calls: number;
  failureRatio: number;
  /** Milliseconds; undefined without a call in the window. */
  latencyP50Ms: number | undefined;
  latencyP95Ms: number | undefined;
};
