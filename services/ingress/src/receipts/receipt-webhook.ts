import type { Receipt } from '@sms-gateway/contract';
import type { ReceiptReaders } from '@sms-gateway/providers';
import type { AttemptReference, ReceiptReferences } from '@sms-gateway/privacy';
import type { ReceiptHandler } from '@sms-gateway/delivery';
import type { Request } from 'express';
import type { IngressMetrics } from '../metrics.ts';
import { HttpProblem, methodNotAllowed } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
/** Maximum number of receipts stored per call. Providers send one, or a few for a message in parts. */
const MAX_RECEIPTS = 20;

/** Handles one call of a provider with delivery receipts. @throws {HttpProblem} if they are not stored. */
export type ReceiptWebhook = (
  provider: string,
  token: string | undefined,
  req: Request,
) => Promise<{ receipts: number }>;

type Deps = {
  /** Those of the configuration in effect, which a reload changes. */
  readers: () => ReceiptReaders;
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
    const reader = readers().get(provider);
    const methods = reader?.methods ?? ['POST'];
    const method = methods.find((one) => one === req.method);
    if (method === undefined) throw methodNotAllowed(methods);
    if (reader === undefined || publicUrl === undefined) {
      throw new HttpProblem(404, 'not_found', 'Receipts of this provider are not accepted.');
    }
    const { read } = reader;
    const rawBody = await readBody(req, BODY_LIMIT_BYTES);
    const call = { method, url: publicUrl + req.originalUrl, headers: req.headers, rawBody, now: now() };
    const reference = token === undefined ? undefined : references.read(token, { provider, now: call.now });
    const signed = await read({ ...call, hasReference: false });
    const isSigned = signed.kind !== 'unauthentic';
    const isProved = isSigned || (reference !== undefined && references.areUnforgeable);
    const reading = isProved && !isSigned ? await read({ ...call, hasReference: true }) : signed;
    if (reading.kind === 'unauthentic') {
      metrics.receiptRefused(provider, 'not_authentic');
      throw new HttpProblem(
        403,
        'receipt_not_authentic',
        'The signature is missing, wrong or too old, or the address is not of this provider or has expired. A signature must be made for the URL that PUBLIC_URL gives.',
        { headers: { Connection: 'close' } },
      );
    }
    if (reading.kind === 'malformed') {
      metrics.receiptRefused(provider, 'malformed');
      throw new HttpProblem(400, 'invalid_request', 'The body is not a receipt of the documented form.');
    }

    if (reading.key !== undefined) metrics.receiptProved(provider, reading.key);
    const about = (receipt: Receipt) => isAbout(receipt, reference, reading.receipts.length);
    // Without a signature the URL is the only proof, and it proves only receipts of its own message.
    const proved = isSigned ? reading.receipts : reading.receipts.filter(about);
    const taken = proved.slice(0, MAX_RECEIPTS);
    receiptHandler.ignore(provider, 'other_message', reading.receipts.length - proved.length);
    receiptHandler.ignore(provider, 'over_limit', proved.length - taken.length);
    try {
      for (const receipt of taken) {
        const ofUrl = reference && about(receipt) ? { ...reference, isOnlyProof: !isSigned } : undefined;
        await receiptHandler.take(provider, receipt, ofUrl);
      }
    } catch (cause) {
      throw new HttpProblem(503, 'queue_unavailable', 'The receipt cannot be stored now. Send it again.', {
        cause,
        headers: { 'Retry-After': '2' },
      });
    }
    return { receipts: taken.length };
  };
}

/** The URL's reference names one attempt. Of several receipts in one call it can only mean the one with its id. */
function isAbout(
  { providerMessageId }: Receipt,
  reference: AttemptReference | undefined,
  receiptCount: number,
): boolean {
  return receiptCount === 1 || providerMessageId === reference?.messageId;
}
