import { createHash } from 'node:crypto';
import type { RedisClient } from './connect.ts';

/** A Lua script and the type of what it returns. */
export type Script<Answer> = { lua: string; sha1: string; parse: (answer: unknown) => Answer };

export function script<Answer>(lua: string): Script<Answer> {
  return {
    lua,
    sha1: createHash('sha1').update(lua).digest('hex'),
    // Sound as far as the script is: nothing but it makes the answer.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    parse: (answer) => answer as Answer,
  };
}

/**
 * Runs a script by its hash, and with its source where Redis does not know it yet (a new or restarted server).
 * @throws what Redis answers.
 */
export async function evalScript<Answer>(
  redis: RedisClient,
  { lua, sha1, parse }: Script<Answer>,
  { keys, args }: { keys: string[]; args: (string | number)[] },
): Promise<Answer> {
  try {
    return parse(await redis.evalsha(sha1, keys.length, ...keys, ...args));
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return parse(await redis.eval(lua, keys.length, ...keys, ...args));
  }
}

/** Fields and values in a row, as HSET takes them; what is undefined stays away. */
export function hashFields(fields: Record<string, string | number | undefined>): (string | number)[] {
  const flat: (string | number)[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) flat.push(name, value);
  }
  return flat;
}
