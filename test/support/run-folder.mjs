// Plain JavaScript, because `npm test` needs it before anything compiles TypeScript.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'sms-gateway-tests-';

/**
 * Makes one folder for everything temporary of this run and of its children, by way of TMPDIR. It goes away with this
 * process, however that ends. Folders that a killed machine left are removed first.
 */
export function openRunFolder() {
  if (process.env.SMS_GATEWAY_RUN_FOLDER !== undefined) return;
  removeAbandoned(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  process.env.SMS_GATEWAY_RUN_FOLDER = folder;
  process.env.TMPDIR = folder;
  process.once('exit', () => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody still writes to it; the watcher tries again.
    }
  });
  removeAfterwards(folder);
}

function removeAbandoned(parent) {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A shell that waits for our end of its pipe to close, in a session of its own, which Ctrl-C does not reach. */
function removeAfterwards(folder) {
  const script = `
    while read -r _; do :; done
    tries=0
    while [ -e "$0" ] && [ $tries -lt 50 ]; do rm -rf "$0"; tries=$((tries + 1)); [ ! -e "$0" ] || sleep 0.2; done
  `;
  const watcher = spawn('/bin/sh', ['-c', script, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  watcher.stdin.unref();
}
