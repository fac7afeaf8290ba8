import { randomBytes } from 'node:crypto';
import type { ConnectionConfig } from '@sms-gateway/config';
import { createAuthenticate } from './authenticate.ts';
import { HttpProblem } from '../http/problem.ts';

export type Gate = {
  /** Of the connection; undefined where there is none of that name. */
  name: string | undefined;
  /** @throws {HttpProblem} 401 for whatever is wrong with the token; 404 where there is no such connection. */
  enter(authorization: string | undefined): Promise<ConnectionConfig>;
};

/** Who may come in, by connection. */
export type Gates = {
  /** Replaces all of them at once. What a removed secret had signed is not believed any more, remembered or not. */
  load(connections: readonly ConnectionConfig[]): Promise<void>;
  find(name: string): Gate;
};

export async function createGates({
  connections,
  now,
}: {
  connections: readonly ConnectionConfig[];
  now: () => number;
}): Promise<Gates> {
  async function open(loaded: readonly ConnectionConfig[]) {
    const most = Math.max(1, ...loaded.map(({ secrets }) => secrets.length));
    const gates = new Map<string, Gate>();
    for (const connection of loaded) {
      const secrets = padSecrets(connection.secrets, most);
      const authenticate = await createAuthenticate({ connection: { ...connection, secrets }, now });
      const enter = async (authorization: string | undefined) => {
        await authenticate(authorization);
        return connection;
      };
      gates.set(connection.name, { name: connection.name, enter });
    }
    return { gates, nobodys: await createNobodysGate(most, now) };
  }

  let { gates, nobodys } = await open(connections);
  return {
    load: async (loaded) => {
      ({ gates, nobodys } = await open(loaded));
    },
    find: (name) => gates.get(name) ?? nobodys,
  };
}

/** Does the work of checking a token in vain, so that the names of connections cannot be told by time. */
async function createNobodysGate(secretCount: number, now: () => number): Promise<Gate> {
  const authenticate = await createAuthenticate({
    connection: {
      secrets: padSecrets([], secretCount),
      audience: 'none',
      subject: undefined,
      issuer: undefined,
    },
    now,
  });
  return {
    name: undefined,
    enter: async (authorization) => {
      await authenticate(authorization).catch(() => undefined);
      throw new HttpProblem(404, 'not_found', 'There is no such connection.');
    },
  };
}

/** A token in vain is tried with every secret: as many for each connection, or their number would tell it by time. */
function padSecrets(secrets: readonly Uint8Array[], count: number): Uint8Array[] {
  return [...secrets, ...Array.from({ length: count - secrets.length }, () => randomBytes(32))];
}
