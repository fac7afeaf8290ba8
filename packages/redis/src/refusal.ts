import { tlsFault } from './tls-fault.ts';

/** The server that refuses, and the settings that say how to reach it. */
export type Peer = { name: string; credentials: string; withoutTls: string };

const REDIS: Peer = {
  name: 'Redis',
  credentials: 'user and password in REDIS_URL',
  withoutTls: 'redis:// in REDIS_URL',
};

/** @param address of the Sentinel, where it is known */
export function sentinelPeer(address?: string): Peer {
  return {
    name: address === undefined ? 'Sentinel' : `Sentinel ${address}`,
    credentials: 'REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD',
    withoutTls: 'REDIS_SENTINEL_TLS=false',
  };
}

/**
 * What a refusal by Redis or a Sentinel means, and what to change; undefined where it is none. Tells nothing of the
 * command but its name: its arguments hold secrets.
 */
export function reasonOf(error: unknown, peer: Peer): string | undefined {
  const message = error instanceof Error ? error.message : '';
  const [code] = /^[A-Z]{3,}(?= )/.exec(message) ?? [];
  const { name, credentials } = peer;
  switch (code) {
    case 'NOPERM': {
      // 'info', or 'config|get' with its subcommand.
      const command = /'([a-z|-]+)'/i.exec(message)?.[1]?.toLowerCase();
      if (command === undefined)
        return `${name} does not permit the user what the gateway does: see docs/high-availability.md, Permissions`;
      return `${name} does not permit ${command.replace('|', ' ').toUpperCase()}: allow it with "ACL SETUSER … +${command}"`;
    }
    case 'NOAUTH':
      return `${name} asks for a password (NOAUTH): set ${credentials}`;
    case 'WRONGPASS':
      return `${name} refuses the user or the password (WRONGPASS): correct ${credentials}`;
    default:
      return tlsFault(error, peer);
  }
}

/** The same for the Redis of REDIS_URL. */
export function connectionRefusal(error: unknown): string | undefined {
  return reasonOf(error, REDIS);
}

/** Why Redis refuses to write; undefined where the error is no answer of Redis's. */
export function writeRefusal(error: unknown): string | undefined {
  const code = error instanceof Error ? /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] : undefined;
  switch (code) {
    case undefined:
      return undefined;
    case 'OOM':
      return 'Redis is full (OOM): raise its maxmemory; until then nothing is accepted or delivered';
    case 'NOREPLICAS':
      return 'Redis has fewer replicas than its min-replicas-to-write asks for (NOREPLICAS): start them, or set "min-replicas-to-write 1"';
    default:
      return connectionRefusal(error) ?? `Redis refuses to write (${code}): see its log`;
  }
}

/**
 * Why there is no connection: a refusal, or no Sentinel that says where Redis is. Undefined for errors that pass by themselves.
 * @param cause of the error, where the error itself does not name it
 */
export function noConnection(error: Error, cause: Error | undefined): string | undefined {
  const [, lastError] = /^All sentinels are unreachable.*?(?: Last error: (.*))?$/.exec(error.message) ?? [];
  if (lastError === undefined) return connectionRefusal(error) ?? connectionRefusal(cause);
  const sentinel = sentinelPeer();
  return (
    reasonOf(new Error(lastError), sentinel) ??
    reasonOf(cause, sentinel) ??
    'No Sentinel of REDIS_SENTINELS answers'
  );
}
