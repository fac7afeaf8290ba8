import { randomBytes } from 'node:crypto';
import type { ConnectionConfig } from '@sms-gateway/runtime';
import { type Authenticate, createAuthenticate } from './authenticate.ts';

export type Gate = { connection: ConnectionConfig; authenticate: Authenticate };

/** Who may come in, by connection. */
export type Gates = {
  /** Replaces all of them at once. What a removed secret had signed is not believed any more, remembered or not. */
  load(connections: readonly ConnectionConfig[]): Promise<void>;
  find(name: string): Gate | undefined;
  /**
   * The work of checking a token in vain. Whom nobody knows is answered after it, so that the names of connections
   * cannot be told by time.
   */
  pretend(authorization: string | undefined): Promise<void>;
};

export async function createGates({ now }: { now: () => number }): Promise<Gates> {
  let gates = new Map<string, Gate>();
  let decoy: Authenticate | undefined;

  return {
    load: async (connections) => {
      const loaded = new Map<string, Gate>();
      const most = Math.max(1, ...connections.map(({ secrets }) => secrets.length));
      for (const connection of connections) {
        const secrets = padSecrets(connection.secrets, most);
        loaded.set(connection.name, {
          connection,
          authenticate: await createAuthenticate({ connection: { ...connection, secrets }, now }),
        });
      }
      decoy = await createAuthenticate({ connection: { ...NOBODY, secrets: padSecrets([], most) }, now });
      gates = loaded;
    },
    find: (name) => gates.get(name),
    pretend: async (authorization) => decoy?.(authorization).catch(() => undefined),
  };
}

const NOBODY = { audience: 'none', subject: undefined, issuer: undefined };

/** A token in vain is tried with every secret: as many for each connection, or their number would tell it by time. */
function padSecrets(secrets: readonly Uint8Array[], count: number): Uint8Array[] {
  return [...secrets, ...Array.from({ length: count - secrets.length }, () => randomBytes(32))];
}
