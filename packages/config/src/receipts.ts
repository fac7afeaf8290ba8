import type { Read } from './read-settings.ts';
import type { Review } from './review.ts';
import type { ProviderConfig, ReceiptsConfig } from './schema.ts';
import type { IngressSettings } from './settings.ts';

/** What the ingress verifies delivery receipts with. */
export function receiptsConfig(
  { providers = {}, publicUrl }: Read<Pick<IngressSettings, 'providers' | 'publicUrl'>>,
  review: Review,
): ReceiptsConfig {
  reviewPublicUrl(publicUrl, review);
  const { twilio, vonage, telnyx, plivo, sinch } = providers;
  const receipts: ReceiptsConfig = {
    twilio: twilio?.authToken === undefined ? undefined : { authToken: twilio.authToken },
    vonage: vonage?.signatureSecret === undefined ? undefined : { signatureSecret: vonage.signatureSecret },
    telnyx: telnyx?.publicKey === undefined ? undefined : { publicKey: telnyx.publicKey },
    plivo: plivo?.authToken === undefined ? undefined : { authToken: plivo.authToken },
    sinch: sinch?.webhookSecret === undefined ? undefined : { webhookSecret: sinch.webhookSecret },
  };
  const verifiable = Object.entries(receipts).flatMap(([name, proof]) => (proof === undefined ? [] : [name]));
  if (verifiable.length > 0 && !review.isGiven(['publicUrl'])) {
    review.warning(
      ['publicUrl'],
      `not set, so no delivery receipts are asked for, and those of ${verifiable.join(', ')} are answered with 404`,
    );
  }
  return receipts;
}

/** Tells the worker's operator why no receipts will come. */
export function reviewReceipts(
  providers: ProviderConfig[],
  publicUrl: string | undefined,
  review: Review,
): void {
  reviewPublicUrl(publicUrl, review);
  const callers = providers.filter(({ kind }) =>
    ['infobip', 'plivo', 'sinch', 'telnyx', 'twilio', 'vonage'].includes(kind),
  );
  if (callers.length === 0) return;
  if (publicUrl === undefined) {
    if (!review.isGiven(['publicUrl'])) {
      review.warning(
        ['publicUrl'],
        'not set, so no delivery receipts are asked for: nobody will know what was not delivered',
      );
    }
    return;
  }
  for (const { setting, path } of callers.flatMap(missingProof)) {
    review.warning(
      path,
      `not set, so ${setting} is asked for no delivery receipts: they could not be verified`,
    );
  }
}

function missingProof(provider: ProviderConfig): { setting: string; path: string[] }[] {
  const missing = (key: string) => [{ setting: provider.kind, path: ['providers', provider.kind, key] }];
  switch (provider.kind) {
    case 'twilio':
      return provider.credentials.authToken === undefined ? missing('authToken') : [];
    case 'telnyx':
      return provider.publicKey === undefined ? missing('publicKey') : [];
    case 'vonage':
      return provider.signatureSecret === undefined ? missing('signatureSecret') : [];
    default:
      return [];
  }
}

function reviewPublicUrl(publicUrl: string | undefined, review: Review): void {
  if (publicUrl === undefined) return;
  const { protocol, hostname } = new URL(publicUrl);
  const isLoopback = /^(localhost|127\..*|\[::1\])$/.test(hostname);
  if (protocol === 'http:' && !isLoopback) {
    review.warning(['publicUrl'], 'is not https, so delivery receipts come over the network in the clear');
  }
}
