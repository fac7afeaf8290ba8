import { objectsIn, parseJsonObject } from '../json-object.ts';
import { readMessageId } from '../message-id.ts';
import type { LookupResult } from '../provider.ts';
import type { RestLookup } from '../rest-provider.ts';

/**
 * Asks Sinch for the batches with our reference (developers.sinch.com, Batches, List batches), of which it lists
 * those of the last 24 hours. `not_found` does not prove that the message will not be sent: a batch that is just
 * being taken may not be listed yet. A canceled batch counts as not found.
 */
export function sinchLookup(servicePlanId: string): RestLookup {
  const path = `/xms/v1/${encodeURIComponent(servicePlanId)}/batches`;
  return {
    path: (id) => `${path}?page_size=10&client_reference=${encodeURIComponent(id)}`,
    read: ({ body }, id) => readBatches(parseJsonObject(body)?.['batches'], id),
  };
}

function readBatches(batches: unknown, id: string): LookupResult | undefined {
  if (!Array.isArray(batches)) return undefined;
  const ours = objectsIn(batches).filter(({ client_reference: reference }) => reference === id);
  // Whatever else is in it shows that it was not selected by our reference.
  if (ours.length !== batches.length) return undefined;
  const [batch] = ours.filter(({ canceled }) => canceled !== true);
  return batch === undefined
    ? { kind: 'not_found' }
    : { kind: 'found', providerMessageId: readMessageId(batch['id']) };
}
