import { createHash } from 'node:crypto';
import { errorCode, readTextFile } from './read-variable.ts';
import type { ReadFile } from './read-variable.ts';

/** A configuration that can be loaded again, and knows which files it came from. */
export type ConfigSource<Config> = {
  /** @throws {ConfigError} with every problem. */
  load(): Config;
  /**
   * Whether a file of the last load, successful or not, has changed since, and has had the same content in two calls. So a
   * file is not loaded while it is being written.
   */
  hasChanged(): boolean;
};

/** `load` reads every file through the function that it is given. */
export function createConfigSource<Config>(
  load: (readFile: ReadFile) => Config,
  readFile: ReadFile = readTextFile,
): ConfigSource<Config> {
  let loaded = new Map<string, string>();
  let settling: string | undefined;

  return {
    load: () => {
      const read = new Map<string, string>();
      loaded = read;
      settling = undefined;
      return load((path) => {
        try {
          const content = readFile(path);
          read.set(path, fingerprint(content));
          return content;
        } catch (error) {
          read.set(path, errorCode(error));
          throw error;
        }
      });
    },
    hasChanged: () => {
      const current = new Map([...loaded.keys()].map((path) => [path, fingerprintOf(path, readFile)]));
      const isSame = [...loaded].every(([path, print]) => current.get(path) === print);
      const seen = isSame ? undefined : [...current.values()].join();
      const isSettled = seen !== undefined && seen === settling;
      settling = seen;
      return isSettled;
    },
  };
}

/** A hash, because the contents include secrets, which need no second copy in memory. */
function fingerprint(content: string): string {
  return createHash('sha256').update(content).digest('base64');
}

function fingerprintOf(path: string, readFile: ReadFile): string {
  try {
    return fingerprint(readFile(path));
  } catch (error) {
    return errorCode(error);
  }
}
