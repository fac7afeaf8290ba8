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
  const decoy = await createAuthenticate({
    connection: { secrets: [randomBytes(32)], audience: 'none', subject: undefined, issuer: undefined },
    now,
  });

  return {
    load: async (connections) => {
      const loaded = new Map<string, Gate>();
      for (const connection of connections) {
        loaded.set(connection.name, {
          connection,
          authenticate: await createAuthenticate({ connection, now }),
        });
      }
      gates = loaded;
    },
    find: (name) => gates.get(name),
    pretend: (authorization) => decoy(authorization).catch(() => undefined),
  };
}
