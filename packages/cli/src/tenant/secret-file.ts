import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';

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

  return {
    read,
    addNew: async () => replace(file, [randomBytes(32).toString('base64url'), ...(await read())]),
    retireOld: async () => replace(file, (await read()).slice(0, 1)),
  };
}

/** Whether secrets as they are written are these keys: in either of the ways that a connection may read them. */
export function areKeys(secrets: readonly string[], keys: readonly Uint8Array[]): boolean {
  return (['utf8', 'base64url'] as const).some(
    (encoding) =>
      secrets.length === keys.length &&
      secrets.every((secret, index) => Buffer.from(secret, encoding).equals(keys[index] ?? new Uint8Array())),
  );
}

/** In one step, since the gateway reads the file whenever it changes; with the rights and owner that it has. */
async function replace(file: string, secrets: string[]): Promise<void> {
  const target = await realpath(file);
  const { mode, uid, gid } = await stat(target);
  const temporary = `${target}.${randomBytes(6).toString('hex')}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(`${secrets.join(',')}\n`);
      const own = await handle.stat();
      // Only the superuser may give a file away, and nobody else has to.
      if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid);
      await handle.chmod(mode & 0o777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
