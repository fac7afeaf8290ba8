import { readFileSync } from 'node:fs';
import { ConfigError, loadStoreConfig } from '@sms-gateway/config';
import { readDevState, stateFolder } from '../dev-state.ts';
import { effectiveEnv } from '../effective-env.ts';

export type StoreConfig = ReturnType<typeof loadStoreConfig>;

/** Where the gateway keeps its messages and under which keys: as its processes read it, else as `npm start` made it. */
export async function findStoreConfig(
  given: NodeJS.ProcessEnv,
): Promise<{ kind: 'found'; config: StoreConfig } | { kind: 'problem'; message: string }> {
  const { env } = effectiveEnv(given, await readDevState(stateFolder(given)));
  try {
    const config = loadStoreConfig({ env, readFile: (path) => readFileSync(path, 'utf8') });
    return { kind: 'found', config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { kind: 'problem', message: error.message };
  }
}
