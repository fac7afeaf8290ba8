import { createHash } from 'node:crypto';
import type { RedisClient } from './connect.ts';
import { composeScript } from './lua-files.ts';

/** What a script is called with, and what it answers. `keys` are names of KEYS, `args` names and values of ARGV. */
type Signature = { keys: string; args: object; answer: unknown };

/** A Lua script, ready to be run. */
export type Script<S extends Signature> = {
  lua: string;
  sha1: string;
  /** The only place where names become positions. @throws Error for a key that the script needs and is not given. */
  pack: (call: { keys: Record<S['keys'], string>; args: S['args'] }) => { keys: string[]; packed: string };
  parse: (answer: unknown) => S['answer'];
};

/**
 * Loads a script and what it includes. The header of the file names its KEYS and ARGV (lua-files.ts). Write
 * `new URL('../src/name.lua', import.meta.url)`: it leads to the same file from `src` and from `dist`.
 */
export function loadScript<S extends Signature>(file: URL): Script<S> {
  const { lua, keyNames } = composeScript(file);
  return {
    lua,
    sha1: createHash('sha1').update(lua).digest('hex'),
    pack: ({ keys, args }) => ({
      keys: keyNames.map((name) => {
        const key = (keys as Record<string, string>)[name];
        if (key === undefined) throw new Error(`${file.pathname} needs a key "${name}"`);
        return key;
      }),
      packed: JSON.stringify(args),
    }),
    // Sound as far as the script is: nothing else makes the answer.
    parse: (answer) => answer,
  };
}

/** Scripts that are being loaded into a Redis, so that callers at the same moment do not all send the source. */
const loading = new WeakMap<RedisClient, Map<string, Promise<unknown>>>();

/**
 * Runs a script by its hash, and sends its source where Redis does not know it yet (a new or restarted server).
 * @throws what Redis answers.
 */
export async function evalScript<S extends Signature>(
  redis: RedisClient,
  script: Script<S>,
  call: { keys: Record<S['keys'], string>; args: S['args'] },
): Promise<S['answer']> {
  const { lua, sha1, parse } = script;
  const { keys, packed } = script.pack(call);
  const byHash = () => redis.evalsha(sha1, keys.length, ...keys, packed);
  try {
    return parse(await byHash());
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
  }
  const ofRedis = loading.get(redis) ?? new Map<string, Promise<unknown>>();
  loading.set(redis, ofRedis);
  const first = ofRedis.get(sha1);
  if (first !== undefined) {
    await first.catch(() => undefined);
    return parse(await byHash());
  }
  const answer = redis.eval(lua, keys.length, ...keys, packed);
  ofRedis.set(sha1, answer);
  try {
    return parse(await answer);
  } finally {
    ofRedis.delete(sha1);
  }
}

/** Fields and values in a row, as HSET takes them; what is undefined is left out. */
export function hashFields(fields: Record<string, string | number | undefined>): string[] {
  const flat: string[] = [];
  for (const name in fields) {
    const value = fields[name];
    // Lua writes a number more slowly than JavaScript.
    if (value !== undefined) flat.push(name, String(value));
  }
  return flat;
}
