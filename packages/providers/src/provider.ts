/** One message as a provider gets it. Holds a secret: never log it. */
export type SendRequest = {
  /** Our message id; goes along as reference and, where the provider has one, as idempotency key. */
  id: string;
  /** Recipient in E.164, with the plus sign. */
  to: string;
  /** Sender as the caller asked for it. A hint: a provider with senders of its own prefers those. */
  from: string | undefined;
  body: string;
  /** Whole seconds (at least 1) for which the code is still worth delivering, for the carrier's validity period. */
  validitySeconds: number;
};

/**
 * What one attempt came to, as far as we can know it. `code` is a short stable token for traces and logs
 * (`http_503`, `twilio_21610`, `connect_refused`): never free text of the provider's.
 */
export type SendResult =
  | { kind: 'accepted'; providerMessageId: string | undefined }
  | { kind: 'rejected'; code: string }
  /** `isRecognised` is false for an answer that no table of ours knows; such a fault earns one failover only. */
  | { kind: 'provider_fault'; code: string; isRecognised: boolean }
  /** `retryAfterMs`: milliseconds from now that the provider asked for, if it said. */
  | { kind: 'throttled'; code: string; retryAfterMs: number | undefined }
  | { kind: 'transient'; code: string; retryAfterMs: number | undefined }
  | { kind: 'unknown'; code: string };

export interface Provider {
  readonly name: string;
  /**
   * Makes one attempt, without retries of its own. Never throws for anything that the provider or the network
   * did; a throw is a bug in the adapter. Once `signal` is aborted it settles at once: `transient` if the request
   * was certainly not written, else `unknown`.
   */
  send(request: SendRequest, signal: AbortSignal): Promise<SendResult>;
  /** Closes pooled connections. Waits for nothing. */
  close(): Promise<void>;
}
