export {
  createProvider,
  createReceiptReaders,
  credentialsQuestion,
  isReplaceable,
  operatorUrl,
  probeProvider,
  type ReceiptReaders,
} from './configured-providers.ts';
export type { CredentialsAnswer, CredentialsCheck } from './credentials-check.ts';
export type {
  LateResult,
  LookupResult,
  Provider,
  ProviderEvent,
  ProviderProblem,
  SendRequest,
  SendResult,
} from './provider.ts';
export { defineProvider, type ProviderDeps, type ProviderDescriptor } from './provider-descriptor.ts';
export { createReplaceableProvider, type ReplaceableProvider } from './replaceable-provider.ts';
export type { ReadReceipts, ReceiptReading, ReceiptRequest } from './receipt-reader.ts';
export { PROVIDERS } from './registry.ts';
export { SIMULATED_NUMBERS } from './simulator/simulated-numbers.ts';
