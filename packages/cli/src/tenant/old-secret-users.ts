import { z } from 'zod';
import type { ActionsApi } from './actions-api.ts';
import { type ConnectionsApi, type SmsConnection, unreadableOptions } from './management.ts';
import { listSigningActions } from './rotate-action-secrets.ts';

/** Names of the connections and Actions of a tenant that may still sign with the old secret. */
export type OldSecretUsers = { connections: string[]; actions: string[] };

type Options = {
  connections: ConnectionsApi;
  actions: ActionsApi;
  oldKeys: readonly Uint8Array[];
  /** Ids of the Actions that are known to sign with the new one. The secrets of the others cannot be read. */
  rotated: ReadonlySet<string>;
};

/** @throws {ManagementFailure} if it cannot be read. */
export async function findOldSecretUsers({
  connections,
  actions,
  oldKeys,
  rotated,
}: Options): Promise<OldSecretUsers> {
  const signing = await listSigningActions(actions);
  const all = await connections.list();
  return {
    connections: all.filter((one) => holdsOne(one, oldKeys)).map(({ name }) => name),
    actions: signing.filter(({ id }) => !rotated.has(id)).map(({ name }) => name),
  };
}

const authenticationSchema = z.object({
  secret: z.string(),
  secret_base64_encoded: z.union([z.boolean(), z.string()]).nullish(),
});

function holdsOne({ name, options }: SmsConnection, keys: readonly Uint8Array[]): boolean {
  if (options === undefined) throw unreadableOptions(name);
  const { data } = authenticationSchema.safeParse(options['gateway_authentication']);
  if (data === undefined) return false;
  const key = Buffer.from(data.secret, String(data.secret_base64_encoded) === 'true' ? 'base64url' : 'utf8');
  return keys.some((old) => key.equals(old));
}
