export { deriveKey } from './derive-key.ts';
export { createHmacSha256 } from './hmac.ts';
export { type HistorySubject, type Identity, createIdentity } from './identity.ts';
export {
  type AttemptReference,
  type ReceiptReferences,
  createReceiptReferences,
} from './receipt-reference.ts';
export { type Binding, createVault, jobBinding, type Payload, type Vault } from './vault.ts';
