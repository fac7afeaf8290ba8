import { lstat, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { createSecretFile } from './secret-file.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-file-'));
  file = join(folder, 'secret');
  await writeFile(file, 'old\n', { mode: 0o640 });
  return () => rm(folder, { recursive: true });
});

test('a new secret goes before the others, and the first one stays', async () => {
  const secretFile = createSecretFile(file);
  await secretFile.addNew();
  const [fresh = '', ...others] = await secretFile.read();
  expect(Buffer.from(fresh, 'base64url')).toHaveLength(32);
  expect(others).toEqual(['old']);

  await secretFile.retireOld();
  expect(await readFile(file, 'utf8')).toBe(`${fresh}\n`);
  expect((await stat(file)).mode & 0o777).toBe(0o640);
});

test('a link stays a link, and its target is written', async () => {
  const link = join(folder, 'link');
  await symlink('secret', link);
  await createSecretFile(link).addNew();
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await createSecretFile(file).read()).toHaveLength(2);
});

test('a leftover of another run does not matter', async () => {
  await writeFile(`${file}.new`, 'left behind');
  await createSecretFile(file).addNew();
  expect(await createSecretFile(file).read()).toHaveLength(2);
});

test('a failed write leaves the file unchanged, and no other file', async () => {
  const handle = await open(file);
  const sync = vi.spyOn(Object.getPrototypeOf(handle), 'sync');
  await handle.close();
  sync.mockRejectedValueOnce(new Error('EIO'));
  try {
    await expect(createSecretFile(file).addNew()).rejects.toThrow('EIO');
  } finally {
    sync.mockRestore();
  }
  expect(await readdir(folder)).toEqual(['secret']);
  expect(await readFile(file, 'utf8')).toBe('old\n');
});

test('the owner of our own file does not change', async () => {
  const handle = await open(file);
  const chown = vi.spyOn(Object.getPrototypeOf(handle), 'chown');
  await handle.close();
  try {
    await createSecretFile(file).addNew();
    expect(chown).not.toHaveBeenCalled();
  } finally {
    chown.mockRestore();
  }
});
