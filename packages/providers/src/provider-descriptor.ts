import type { ProviderDeclaration } from '@sms-gateway/config';
import type { Receipt } from '@sms-gateway/contract';
import type { z } from 'zod';
import type { CredentialsCheck } from './credentials-check.ts';
import type { LateResult, Provider, ProviderEvent, ReceiptMatch, SendRequest } from './provider.ts';
import type { ReadReceipts, ReceiptRequest } from './receipt-reader.ts';
import type { SmppMemory } from './smpp/memory.ts';

/** What a provider is created with, beside the options of its configuration. */
export type ProviderDeps = {
  /** Sockets at most, so messages in flight at most. */
  connections: number;
  /**
   * Takes receipts that come over the provider's own connection, each with the attempt it is for where the provider
   * knows that; rejects where the receipt should come again. Undefined where it found no message.
   */
  onReceipt: (
    receipt: Receipt,
    reference?: { messageId: string; attempt: number },
  ) => Promise<ReceiptMatch | undefined>;
  /** Takes what the provider says of an attempt after that was given up for unknown. */
  onLateResult: (late: LateResult) => Promise<void>;
  /** Takes what happens at a connection that the provider keeps. */
  onEvent: (event: ProviderEvent) => void;
  /** What the provider remembers beyond one attempt and one process. */
  memory: SmppMemory;
  /** Puts a message into the developer's inbox. `arrived` is false for one that a phone would not get. */
  deliverToInbox: (message: {
    id: string;
    to: string;
    from: string | undefined;
    body: string;
    arrived: boolean;
    result: string;
  }) => Promise<void>;
  /** Writes a line to the log, named `kind.what_happened`. What is in it must be no secret, text or whole number. */
  log: (name: string, fields: object) => void;
};

/** How `doctor` learns whether a provider knows our credentials. */
export type CredentialsDeclaration<Key extends string, Options extends object> =
  /** `settings` says where they are set, with `label` for the name of each setting. */
  | {
      settings(label: (key: Key) => string): string;
      checks(options: Options): Promise<CredentialsCheck[]>;
    }
  /** Ends the sentence that begins with the provider's name. */
  | { unchecked: string };

/** What a person tries a provider out with. */
export type Probe = {
  /** Sends one message, which costs what a message costs, and waits so many milliseconds for its receipt. */
  message:
    | (Pick<SendRequest, 'to' | 'body' | 'registration'> & {
        receiptWithinMs: number;
        /** Replaces the configured sender. */
        sender?: string | undefined;
      })
    | undefined;
  /** Prints a line: no secret, text or whole number. */
  print: (line: string) => void;
};

/**
 * Everything that the gateway has to know of a kind of provider. A descriptor is loaded by every process, so it loads
 * its adapter, SDKs included, no sooner than one is made.
 */
export interface ProviderDescriptor<
  Shape extends z.ZodRawShape = z.ZodRawShape,
  Options extends object = object,
  ReceiptOptions extends object = object,
> extends ProviderDeclaration<Shape, Options, ReceiptOptions> {
  create(options: Options, deps: ProviderDeps): Promise<Provider>;
  /** The provider keeps its own connection, so changed options take effect only at the next start. */
  readonly keepsConnection?: boolean;
  /** Address of a server that is the operator's own, certificate included. */
  operatorUrl?(options: Options): string;
  /** Connects, prints what the provider answers, and resolves with whether it took everything. */
  probe?(options: Options, probe: Probe, signal: AbortSignal): Promise<boolean>;
  readonly credentials: CredentialsDeclaration<keyof Shape & string, Options>;
  readonly receipts?: NonNullable<ProviderDeclaration<Shape, Options, ReceiptOptions>['receipts']> & {
    /** How the provider may call; POST if not given. */
    readonly methods?: readonly ReceiptRequest['method'][];
    createReader(options: ReceiptOptions): Promise<ReadReceipts>;
  };
}

/** Infers the parameters of a descriptor, and forgets them, so that all kinds fit one list. */
export function defineProvider<
  const Shape extends z.ZodRawShape,
  Options extends object,
  ReceiptOptions extends object,
>(descriptor: ProviderDescriptor<Shape, Options, ReceiptOptions>): ProviderDescriptor {
  // Sound, because a descriptor is given nothing but what its own settings were read to and what it made of them.
  return descriptor;
}
