import { type ProviderConfig, providerVariable, type ReceiptConfig } from '@sms-gateway/config';
import type { CredentialsCheck } from './credentials-check.ts';
import type { Provider } from './provider.ts';
import type { Probe, ProviderDeps, ProviderDescriptor } from './provider-descriptor.ts';
import type { ReadReceipts, ReceiptRequest } from './receipt-reader.ts';

type Kinds = readonly ProviderDescriptor[];

/** The provider of a configuration, under its configured name. */
export async function createProvider(
  { name, kind, options }: ProviderConfig,
  kinds: Kinds,
  deps: ProviderDeps,
): Promise<Provider> {
  return { ...(await descriptorOf(kind, kinds).create(options, deps)), name };
}

/** Whether a running provider can be replaced by one of its kind with other options. */
export function isReplaceable({ kind }: Pick<ProviderConfig, 'kind'>, kinds: Kinds): boolean {
  return descriptorOf(kind, kinds).keepsConnection !== true;
}

export type ReceiptReader = { read: ReadReceipts; methods: readonly ReceiptRequest['method'][] };

/** By the provider's name. */
export type ReceiptReaders = ReadonlyMap<string, ReceiptReader>;

/** What reads the receipts that the ingress takes. */
export async function createReceiptReaders(
  configs: readonly ReceiptConfig[],
  kinds: Kinds,
): Promise<ReceiptReaders> {
  const readers = configs.map(async ({ name, kind, options }) => {
    const { receipts } = descriptorOf(kind, kinds);
    if (receipts === undefined) throw new Error(`${kind} has no receipts to read`);
    const read = await receipts.createReader(options);
    return [name, { read, methods: receipts.methods ?? ['POST'] }] as const;
  });
  return new Map(await Promise.all(readers));
}

/** How to ask a provider whether it knows our credentials, and where they are set; or why it is not asked. */
export async function credentialsQuestion(
  { name, kind, options }: ProviderConfig,
  kinds: Kinds,
): Promise<{ checks: CredentialsCheck[]; settings: string } | { unchecked: string }> {
  const { credentials } = descriptorOf(kind, kinds);
  if ('unchecked' in credentials) return credentials;
  return {
    checks: await credentials.checks(options),
    settings: credentials.settings((key) => providerVariable(name, key, kinds)),
  };
}

/** Tries a provider out as a person asks for it; undefined where its kind cannot be. */
export function probeProvider(
  { kind, options }: ProviderConfig,
  kinds: Kinds,
  probe: Probe,
  signal: AbortSignal,
): Promise<boolean> | undefined {
  return descriptorOf(kind, kinds).probe?.(options, probe, signal);
}

/** The address of the operator's own server that a provider calls, if it does. */
export function operatorUrl({ kind, options }: ProviderConfig, kinds: Kinds): string | undefined {
  return descriptorOf(kind, kinds).operatorUrl?.(options);
}

function descriptorOf(kind: string, kinds: Kinds): ProviderDescriptor {
  const descriptor = kinds.find((one) => one.kind === kind);
  if (descriptor === undefined) throw new Error(`there is no kind of provider named ${kind}`);
  return descriptor;
}
