import { randomBytes } from 'node:crypto';
import type { ConnectionConfig } from '@sms-gateway/config';
import type { Logger } from '@sms-gateway/process';
import { HttpProblem } from '../http/problem.ts';
import { createAuthenticator } from './authenticator.ts';

const ENDLESS_HINT =
  'its tokens have no exp, and no iat that AUTH0_MAX_TOKEN_AGE limits, so a copied token works forever; AUTH0_REQUIRE_TOKEN_TIME=true refuses such tokens';

export type ConnectionAuthenticator = {
  /** Of the connection; undefined if none has that name. */
  connectionName: string | undefined;
  /** @throws {HttpProblem} 401 for whatever is wrong with the token; 404 where there is no such connection. */
  authenticate(authorization: string | undefined): ConnectionConfig;
};

/** The authenticators of all connections. */
export type ConnectionAuthenticators = {
  /** Replaces all of them at once. From then on a token that a removed secret has signed is refused. */
  load(connections: readonly ConnectionConfig[]): void;
  find(connectionName: string): ConnectionAuthenticator;
  /** The names of the connections that a token is valid for. @throws {HttpProblem} 401 where it is for none. */
  openedBy(authorization: string | undefined): string[];
};

export function createConnectionAuthenticators({
  connections,
  metrics,
  logger,
  now,
}: {
  connections: readonly ConnectionConfig[];
  metrics: { tokenBelieved(connection: string, ageMs: number | undefined): void };
  logger: Logger;
  now: () => number;
}): ConnectionAuthenticators {
  /** Names of the connections that a warning about tokens without expiry was logged for. */
  const warned = new Set<string>();

  function warnOfEndless(connection: string): void {
    if (warned.has(connection)) return;
    warned.add(connection);
    logger.warn({ connection, hint: ENDLESS_HINT }, 'token.endless');
  }

  function create(configs: readonly ConnectionConfig[]) {
    const secretCount = Math.max(1, ...configs.map(({ secrets }) => secrets.length));
    const byName = new Map<string, ConnectionAuthenticator>();
    for (const config of configs) {
      const secrets = padSecrets(config.secrets, secretCount);
      const authenticate = createAuthenticator({
        connection: { ...config, secrets },
        now,
        onBelieved: ({ ageMs, isEndless }) => {
          metrics.tokenBelieved(config.name, ageMs);
          if (isEndless) warnOfEndless(config.name);
        },
      });
      byName.set(config.name, {
        connectionName: config.name,
        authenticate: (authorization) => {
          authenticate(authorization);
          return config;
        },
      });
    }
    return { byName, unknown: createUnknownAuthenticator(secretCount, now) };
  }

  let current = create(connections);
  return {
    load: (configs) => {
      current = create(configs);
    },
    find: (name) => current.byName.get(name) ?? current.unknown,
    openedBy: (authorization) => {
      const opened: string[] = [];
      let refusal: HttpProblem | undefined;
      for (const connection of current.byName.values()) {
        try {
          opened.push(connection.authenticate(authorization).name);
        } catch (error) {
          if (!(error instanceof HttpProblem)) throw error;
          refusal = error;
        }
      }
      if (opened.length === 0 && refusal) throw refusal;
      return opened;
    },
  };
}

/** Checks a token like any other before it refuses, so that response times do not reveal the names of connections. */
function createUnknownAuthenticator(secretCount: number, now: () => number): ConnectionAuthenticator {
  const authenticate = createAuthenticator({
    connection: {
      secrets: padSecrets([], secretCount),
      audience: 'none',
      subject: undefined,
      issuer: undefined,
      maxTokenAgeMs: undefined,
      requiresTokenTime: false,
    },
    now,
  });
  return {
    connectionName: undefined,
    authenticate: (authorization) => {
      try {
        authenticate(authorization);
      } catch {
        // The answer is the same.
      }
      throw new HttpProblem(404, 'not_found', 'This connection does not exist.', {
        headers: { Connection: 'close' },
      });
    },
  };
}

/**
 * A bad token is checked against every secret of its connection. All connections get the same number of secrets, so
 * that response times do not reveal how many it has.
 */
function padSecrets(secrets: readonly Uint8Array[], count: number): Uint8Array[] {
  return [...secrets, ...Array.from({ length: count - secrets.length }, () => randomBytes(32))];
}
