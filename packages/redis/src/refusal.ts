/**
 * What a refusal by Redis or a Sentinel means, and what to change; undefined where it is none. Tells nothing of the
 * command but its name: its arguments hold secrets.
 */
export function reasonOf(error: unknown, who: string, credentials: string): string | undefined {
  const message = error instanceof Error ? error.message : '';
  const [code] = /^[A-Z]{3,}(?= )/.exec(message) ?? [];
  switch (code) {
    case 'NOPERM': {
      // 'info', or 'config|get' with its subcommand.
      const command = /'([a-z|-]+)'/i.exec(message)?.[1]?.toLowerCase();
      if (command === undefined)
        return `${who} does not permit the user what the gateway does: see docs/operations.md, Permissions`;
      return `${who} does not permit ${command.replace('|', ' ').toUpperCase()}: allow it with "ACL SETUSER … +${command}"`;
    }
    case 'NOAUTH':
      return `${who} asks for a password (NOAUTH): set ${credentials}`;
    case 'WRONGPASS':
      return `${who} refuses the user or the password (WRONGPASS): correct ${credentials}`;
    default:
      return undefined;
  }
}

/** The same for the Redis of REDIS_URL. */
export function connectionRefusal(error: unknown): string | undefined {
  return reasonOf(error, 'Redis', 'user and password in REDIS_URL');
}

/** Why Redis refuses to write; undefined where the error is no answer of Redis's. */
export function writeRefusal(error: unknown): string | undefined {
  const code = error instanceof Error ? /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] : undefined;
  if (code === undefined) return undefined;
  if (code === 'OOM')
    return 'Redis is full (OOM): raise its maxmemory; until then nothing is accepted or delivered';
  return connectionRefusal(error) ?? `Redis refuses to write (${code}): see its log`;
}

/** Credentials of the Sentinels, as settings. */
export const SENTINEL_CREDENTIALS = 'REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD';

/** Why there is no connection: a refusal, or no Sentinel that tells where Redis is. Undefined for what passes by itself. */
export function noConnection(error: Error): string | undefined {
  const [, lastError] = /^All sentinels are unreachable.*?(?: Last error: (.*))?$/.exec(error.message) ?? [];
  if (lastError !== undefined) {
    return (
      reasonOf(new Error(lastError), 'Sentinel', SENTINEL_CREDENTIALS) ??
      'No Sentinel of REDIS_SENTINELS answers'
    );
  }
  return connectionRefusal(error);
}
