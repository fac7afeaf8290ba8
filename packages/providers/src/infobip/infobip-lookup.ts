import { asObject, objectsIn, parseJsonObject } from '../json-object.ts';
import type { LookupResult } from '../provider.ts';
import type { RestLookup } from '../rest-provider.ts';
import { FAILED_GROUPS } from './infobip-errors.ts';

/**
 * Asks Infobip's logs for the message with our id (Get outbound SMS message logs, v3). The API key needs the scope
 * `sms:logs:read` or `sms:manage`. The logs reach back 48 hours; 120 requests a minute are allowed.
 *
 * `not_found` does not prove that the message will not be sent: it may not be in the logs yet. A message that Infobip
 * refused or could not deliver counts as not found, because it will not arrive any more.
 */
export const infobipLookup: RestLookup = {
  path: (id) => `/sms/3/logs?messageId=${encodeURIComponent(id)}`,
  read: ({ body }, id) => readLogs(parseJsonObject(body)?.['results'], id),
};

function readLogs(results: unknown, id: string): LookupResult | undefined {
  if (!Array.isArray(results)) return undefined;
  const ours = objectsIn(results).filter(({ messageId }) => messageId === id);
  // Whatever else is in it shows that it was not selected by our id.
  if (ours.length !== results.length) return undefined;
  return ours.some(({ status }) => !FAILED_GROUPS.has(asObject(status)?.['groupId']))
    ? { kind: 'found', providerMessageId: id }
    : { kind: 'not_found' };
}
