import { z } from 'zod';
import type { ActionsApi } from './actions-api.ts';
import { type ConnectionsApi, type SmsConnection, unreadableOptions } from './management.ts';
import { listSigningActions } from './rotate-action-secrets.ts';

/** Who at a tenant may still sign with a secret that is to be retired, by name. */
export type OldSecretUsers = { connections: string[]; actions: string[] };

type Options = {
  connections: ConnectionsApi;
  actions: ActionsApi;
  oldKeys: readonly Uint8Array[];
  /** Ids of the Actions that are known to sign with the new one. What the others have cannot be read. */
  rotated: ReadonlySet<string>;
};

/** @throws {ManagementFailure} where it cannot be seen. */
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
