import type { MessageName, Registration } from '@sms-gateway/contract';

/** One message as a provider gets it. Holds a secret: never log it. */
export type SendRequest = {
  /** Our message id; goes along as reference and, where the provider has one, as idempotency key. */
  id: string;
  /** Recipient in E.164, with the plus sign. */
  to: string;
  /** Sender as the caller asked for it. A hint: a provider with senders of its own prefers those. */
  from: string | undefined;
  /**
   * The sender that the route chose among the provider's own, in the form that the provider's configuration has it
   * (number, short code, alphanumeric sender ID, id of a messaging service or pool); undefined for the configured one.
   */
  sender: string | undefined;
  /** What the operators of the recipient's country demand with it; undefined where nothing is registered there. */
  registration?: Registration | undefined;
  body: string;
  /** Whole seconds (at least 1) for which the code is still worth delivering, for the carrier's validity period. */
  validitySeconds: number;
  /** 1 for the first attempt; with `id` it names this one to who can say of a receipt what it is for. */
  attempt?: number;
  /** Where the provider should POST delivery receipts of this attempt; undefined where it cannot reach us. */
  receiptUrl: string | undefined;
};

/**
 * The result of one attempt, as far as it can be known. `code` is a short stable token for traces and logs
 * (`http_503`, `twilio_21610`, `connect_refused`): never free text of the provider's.
 */
export type SendResult =
  /** `names`: under what its receipts find it, the message's own first and those of its further parts after it. */
  | {
      kind: 'accepted';
      providerMessageId: string | undefined;
      names?: readonly MessageName[];
      /** The provider's ids of the parts after the first, if each part has its own id and receipts. */
      partIds?: readonly string[];
    }
  | { kind: 'rejected'; code: string }
  /** `isRecognised` is false for an answer that no table of ours knows; such a fault earns one failover only. */
  | { kind: 'provider_fault'; code: string; isRecognised: boolean }
  /** `retryAfterMs`: milliseconds from now that the provider asked for, if it said. */
  | { kind: 'throttled'; code: string; retryAfterMs: number | undefined }
  | { kind: 'transient'; code: string; retryAfterMs: number | undefined }
  | { kind: 'unknown'; code: string };

/** A provider's answer to whether it has a message with our reference. */
export type LookupResult =
  | { kind: 'found'; providerMessageId: string | undefined; names?: readonly MessageName[] }
  /** It has no such message now. One that is still on its way into its system may appear later. */
  | { kind: 'not_found' }
  /** It could not be asked. */
  | { kind: 'unanswered'; code: string };

/** What a provider said of an attempt after it had been given up for unknown. */
export type LateResult = { messageId: string; attempt: number; result: SendResult };

/** Under what id a receipt found its message, and whether it could have been no other's. */
export type ReceiptMatch = { filedAs: string; isOnly: boolean };

/** What happens at a connection that a provider keeps, for log and metrics. Holds no secret, text or number. */
export type ProviderEvent = {
  /** One of few, such as `bind_failed`; also a label of a metric. */
  event: string;
  severity: 'info' | 'warn' | 'error';
};

/** What keeps a provider from being of use, such as a refused bind. Holds no secret. */
export type ProviderProblem = {
  /** One line, for `/readyz` and the log. */
  reason: string;
  /** Whether messages cannot be sent, rather than that only their receipts do not come. */
  stopsSending: boolean;
};

export interface Provider {
  readonly name: string;
  /**
   * How delivery receipts of this provider reach us: by a call to `receiptUrl`, over its own connection, or not at
   * all (also where what it takes to verify them is not configured).
   */
  readonly receipts: 'callback' | 'connection' | 'none';
  /**
   * Makes one attempt, without retries of its own. Never throws for anything that the provider or the network
   * did; a throw is a bug in the adapter. Once `signal` is aborted it settles at once: `transient` if the request
   * was certainly not written, else `unknown`.
   */
  send(request: SendRequest, signal: AbortSignal): Promise<SendResult>;
  /** Asks whether the provider has a message with this id of ours. Absent where it cannot be asked so. Never throws. */
  lookup?(request: { id: string; to: string }, signal: AbortSignal): Promise<LookupResult>;
  /** What keeps it from being of use now, where it can tell without being called. */
  problem?(): ProviderProblem | undefined;
  /** Closes pooled connections. Waits for nothing. */
  close(): Promise<void>;
}
