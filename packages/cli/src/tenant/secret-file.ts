import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';

/** The file with a connection's secrets, comma-separated, the one for Auth0 first. */
export type SecretFile = {
  read(): Promise<string[]>;
  /** Adds a new secret of 32 bytes before the others. */
  addNew(): Promise<void>;
  /** Removes all but the first. */
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

/** Whether the secrets of a file are these keys, as text or as base64url. */
export function areKeys(secrets: readonly string[], keys: readonly Uint8Array[]): boolean {
  return (['utf8', 'base64url'] as const).some(
    (encoding) =>
      secrets.length === keys.length &&
      secrets.every((secret, index) => Buffer.from(secret, encoding).equals(keys[index] ?? new Uint8Array())),
  );
}

/** Atomic, because the gateway reads the file whenever it changes. Keeps mode and owner. */
async function replace(file: string, secrets: string[]): Promise<void> {
  const target = await realpath(file);
  const { mode, uid, gid } = await stat(target);
  const temporary = `${target}.${randomBytes(6).toString('hex')}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(`${secrets.join(',')}\n`);
      const own = await handle.stat();
      // Only root may change the owner, and only root has to.
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
