import { randomBytes } from 'node:crypto';
import { open, readFile, rename, stat } from 'node:fs/promises';

/** The file that holds a connection's secrets, the one for Auth0 first, comma-separated. */
export type SecretFile = {
  read(): Promise<string[]>;
  /** Puts a new secret of 32 bytes before the others. */
  addNew(): Promise<void>;
  /** Leaves the first one alone. */
  retireOld(): Promise<void>;
};

export function createSecretFile(file: string): SecretFile {
  const read = async () =>
    (await readFile(file, 'utf8'))
      .split(',')
      .map((secret) => secret.trim())
      .filter((secret) => secret !== '');

  /** In one step, since the gateway reads the file whenever it changes; with the rights and owner that it has. */
  async function replace(secrets: string[]): Promise<void> {
    const { mode, uid, gid } = await stat(file);
    const handle = await open(`${file}.new`, 'wx', 0o600);
    try {
      await handle.writeFile(`${secrets.join(',')}\n`);
      await handle.chown(uid, gid);
      await handle.chmod(mode & 0o777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  }

  return {
    read,
    addNew: async () => replace([randomBytes(32).toString('base64url'), ...(await read())]),
    retireOld: async () => replace((await read()).slice(0, 1)),
  };
}
