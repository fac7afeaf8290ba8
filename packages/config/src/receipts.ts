import { parseProviderName, providerPath } from './provider-declaration.ts';
import type { ProviderConfig, ProviderDeclaration, ReceiptConfig } from './provider-declaration.ts';
import type { ProviderParts } from './read-settings.ts';
import type { Read } from './setting.ts';
import type { Review } from './review.ts';
import type { Settings } from './settings.ts';
import { isLoopback } from './sign-in.ts';

type Kinds = readonly ProviderDeclaration[];

/** The settings with which the ingress reads delivery receipts. */
export function receiptConfigs(
  { providers = {}, publicUrl }: Pick<Read<Settings>, 'publicUrl'> & ProviderParts,
  kinds: Kinds,
  review: Review,
): ReceiptConfig[] {
  reviewPublicUrl(publicUrl, review);
  const names = [
    ...kinds.map(({ kind }) => kind),
    ...Object.keys(providers).filter((name) => name.includes(':')),
  ];
  const configs = names.flatMap((name): ReceiptConfig[] => {
    const { kind } = parseProviderName(name, kinds) ?? {};
    const options = kind?.receipts?.configure(providers[name] ?? {});
    if (kind === undefined || options === undefined) return [];
    const { proof } = kind.receipts ?? {};
    const isSigned = proof !== undefined && review.isGiven([...providerPath(name), proof]);
    return [{ name, kind: kind.kind, proof: isSigned ? 'signature' : 'reference', options }];
  });
  const signed = configs.filter(({ proof }) => proof === 'signature').map(({ name }) => name);
  if (signed.length > 0 && !review.isGiven(['publicUrl'])) {
    review.warning(
      ['publicUrl'],
      `not set, so no delivery receipts are requested, and those of ${signed.join(', ')} are answered with 404`,
    );
  }
  return configs;
}

/** Warns the worker's operator when no receipts will arrive, and says why. */
export function reviewReceipts(
  providers: ProviderConfig[],
  publicUrl: string | undefined,
  kinds: Kinds,
  review: Review,
): void {
  reviewPublicUrl(publicUrl, review);
  const callers = providers.flatMap(({ name }) => {
    const receipts = parseProviderName(name, kinds)?.kind.receipts;
    if (receipts === undefined) return [];
    const isProofNeeded = receipts.configure({}) === undefined;
    return [{ name, proof: isProofNeeded ? receipts.proof : undefined }];
  });
  if (callers.length === 0) return;
  if (publicUrl === undefined) {
    if (!review.isGiven(['publicUrl'])) {
      review.warning(
        ['publicUrl'],
        'not set, so no delivery receipts are requested, and undelivered messages go unnoticed',
      );
    }
    return;
  }
  for (const { name, proof } of callers) {
    const path = [...providerPath(name), proof ?? ''];
    if (proof === undefined || review.isGiven(path)) continue;
    review.warning(
      path,
      `not set, so no delivery receipts are requested from ${name}: they could not be verified`,
    );
  }
}

function reviewPublicUrl(publicUrl: string | undefined, review: Review): void {
  if (publicUrl === undefined) return;
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'http:' && !isLoopback(hostname)) {
    review.warning(['publicUrl'], 'is not https, so delivery receipts cross the network unencrypted');
  }
}
