import type { IncomingHttpHeaders } from 'node:http';
import type { Receipt } from '@sms-gateway/contract';

/** One call of a provider's to our receipt address. */
export type ReceiptRequest = {
  method: 'GET' | 'POST';
  /** As the provider called it: the public URL with the path and query of the request. */
  url: string;
  headers: IncomingHttpHeaders;
  /** The body as it came, which is what signatures are over. */
  rawBody: Buffer;
  /** Whether the URL holds a reference to one of our attempts that nobody but us could have made. */
  hasReference: boolean;
  /** Epoch milliseconds. */
  now: number;
};

export type ReceiptReading =
  /** Empty where the call is genuine but says nothing about a message's delivery. */
  | {
      kind: 'receipts';
      receipts: Receipt[];
      /** Which of several secrets proved the call, by its position from 1; undefined where only the URL did. */
      key?: number | undefined;
    }
  /** The signature is missing, wrong or too old. */
  | { kind: 'unauthentic' }
  /** Genuine, but not of the documented form. */
  | { kind: 'malformed' };

/** Verifies first and parses then. Never throws for anything that is in the request. */
export type ReadReceipts = (request: ReceiptRequest) => Promise<ReceiptReading> | ReceiptReading;
