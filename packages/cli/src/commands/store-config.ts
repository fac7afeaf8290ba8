import { readFileSync } from 'node:fs';
import { ConfigError, loadStoreConfig } from '@sms-gateway/config';
import { readEffectiveEnv } from '../effective-env.ts';

export type StoreConfig = ReturnType<typeof loadStoreConfig>;

/** The Redis and the keys of the gateway, from its settings or from those of `npm start`. */
export async function findStoreConfig(
  given: NodeJS.ProcessEnv,
): Promise<{ kind: 'found'; config: StoreConfig } | { kind: 'problem'; message: string }> {
  const env = await readEffectiveEnv(given);
  try {
    const config = loadStoreConfig({ env, readFile: (path) => readFileSync(path, 'utf8') });
    return { kind: 'found', config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { kind: 'problem', message: error.message };
  }
}
