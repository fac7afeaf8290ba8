import type { Receipt } from '@sms-gateway/contract';
import type { ReadReceipts } from '@sms-gateway/providers';
import type { AttemptReference, ReceiptReferences } from '@sms-gateway/privacy';
import type { ReceiptHandler } from '@sms-gateway/delivery';
import type { Request } from 'express';
import type { IngressMetrics } from '../metrics.ts';
import { HttpProblem } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';

const BODY_LIMIT_BYTES = 64 * 1024;

/** Handles one call of a provider that brings delivery receipts. @throws {HttpProblem} where they are not stored. */
export type ReceiptWebhook = (
  provider: string,
  token: string | undefined,
  req: Request,
) => Promise<{ receipts: number }>;

type Deps = {
  /** By the provider's name. */
  readers: ReadonlyMap<string, ReadReceipts>;
  /** The public URL of the ingress. Without it no provider knows where to call, and no signature can be checked. */
  publicUrl: string | undefined;
  references: ReceiptReferences;
  receiptHandler: ReceiptHandler;
  metrics: IngressMetrics;
  now: () => number;
};

export function createReceiptWebhook({
  readers,
  publicUrl,
  references,
  receiptHandler,
  metrics,
  now,
}: Deps): ReceiptWebhook {
  return async (provider, token, req) => {
    const read = readers.get(provider);
    if (read === undefined || publicUrl === undefined) {
      throw new HttpProblem(404, 'not_found', 'No receipts are taken from such a provider.');
    }
    const rawBody = await readBody(req, BODY_LIMIT_BYTES);
    const reference = token === undefined ? undefined : references.read(token);
    const reading = await read({
      url: publicUrl + req.originalUrl,
      headers: req.headers,
      rawBody,
      hasReference: reference !== undefined && references.areUnforgeable,
      now: now(),
    });
    if (reading.kind === 'unauthentic') {
      metrics.receiptRefused(provider, 'not_authentic');
      throw new HttpProblem(
        403,
        'receipt_not_authentic',
        'The signature is missing, wrong or too old. It must be made for the URL that PUBLIC_URL gives.',
      );
    }
    if (reading.kind === 'malformed') {
      metrics.receiptRefused(provider, 'malformed');
      throw new HttpProblem(400, 'invalid_request', 'The body is not a receipt of the documented form.');
    }
    try {
      const isAlone = reading.receipts.length === 1;
      for (const receipt of reading.receipts) {
        await receiptHandler.take(
          provider,
          receipt,
          isMeant(receipt, reference, isAlone) ? reference : undefined,
        );
      }
    } catch (cause) {
      throw new HttpProblem(503, 'queue_unavailable', 'The receipt cannot be stored now. Send it again.', {
        cause,
        headers: { 'Retry-After': '2' },
      });
    }
    return { receipts: reading.receipts.length };
  };
}

/** The URL's reference names one attempt. Of several receipts in one call it can only mean the one with its id. */
function isMeant(
  { providerMessageId }: Receipt,
  reference: AttemptReference | undefined,
  isAlone: boolean,
): boolean {
  return isAlone || providerMessageId === reference?.messageId;
}
