import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

const BEAT_MS = 2000;
const DEAD_AFTER_MS = 15_000;

/**
 * Runs `work` while holding the lock file. The holder touches the file every 2 s; it loses the lock if its process is
 * gone, or if it has not touched the file for 15 s.
 */
export async function withLock(file, progress, work) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const token = `${process.pid} ${Math.random().toString(36).slice(2)}`;
  if (!take(file, token)) {
    await progress.step('Waiting for another run to finish installing', async () => {
      while (!take(file, token)) await new Promise((resolve) => setTimeout(resolve, 200));
    });
  }
  const beat = setInterval(() => {
    if (read(file) === token) utimesSync(file, new Date(), new Date());
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if (read(file) === token) rmSync(file, { force: true });
  }
}

function take(file, token) {
  if (write(file, token)) return true;
  const holder = read(file);
  if (holder === undefined || !isDead(file, holder)) return false;
  setAside(file, holder, token);
  return write(file, token);
}

function write(file, token) {
  try {
    writeFileSync(file, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Renaming is atomic, so only one process moves a dead lock away. It puts the file back if that was another lock. */
function setAside(file, holder, token) {
  const aside = `${file}.${token.replace(' ', '-')}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== holder) linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  rmSync(aside, { force: true });
}

function isDead(file, holder) {
  try {
    if (Date.now() - statSync(file).mtimeMs > DEAD_AFTER_MS) return true;
    // A holder that was killed before it wrote its pid leaves an empty file, which only its age can expire.
    if (holder !== '') process.kill(Number(holder.split(' ')[0]), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
