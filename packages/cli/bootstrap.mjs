// The first program to run in a fresh clone: plain Node, nothing installed yet. It uses only syntax that old versions of
// Node parse, so that they can report that they are too old.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isBuilt, noteBuilt } from './bootstrap/freshness.mjs';
import { build, install, isInstalled } from './bootstrap/install.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { createProgress } from './bootstrap/progress.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const cli = 'packages/cli/dist/main.js';

const commands = {
  start: { program: cli, args: ['start'] },
  send: { program: cli, args: ['send'] },
  gateway: { program: cli, args: [] },
  bench: { program: 'packages/bench/dist/main.js', args: [] },
  'test:proof': { program: 'packages/bench/dist/proofs/main.js', args: [] },
  test: { program: 'test/run.mjs', args: [] },
};

main(process.argv[2], process.argv.slice(3)).catch((error) => {
  process.stderr.write(`\n${error.isExpected ? error.message : error.stack}\n`);
  process.exitCode = 1;
});

async function main(name, args) {
  const required = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace(
    '>=',
    '',
  );
  if (isOlder(process.versions.node, required)) {
    fail(
      `This needs Node ${required} or newer; this is Node ${process.versions.node}. See https://nodejs.org.`,
    );
    return;
  }
  if (!Object.prototype.hasOwnProperty.call(commands, name)) {
    fail(`Usage: node packages/cli/bootstrap.mjs ${Object.keys(commands).join('|')} [arguments]`);
    return;
  }

  process.chdir(root);
  // `npm start` exits 0 on Ctrl-C, also at this stage.
  if (name === 'start') exitCleanlyOnSignal();
  if (!isInstalled(root) || !isBuilt(root)) {
    const progress = createProgress(process.stderr, process.env);
    await withLock(join(root, '.gateway', 'bootstrap.lock'), progress, async () => {
      await install(root, progress);
      await noteBuilt(root, () => build(root, progress));
    });
  }

  // The program runs in this process, so it handles the signals, exit code and terminal itself.
  const { program, args: before } = commands[name];
  const file = join(root, program);
  process.argv = [process.argv[0], file, ...before, ...args];
  await import(pathToFileURL(file).href);
}

/** Exits 0 on a signal that has no other listener. */
function exitCleanlyOnSignal() {
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) =>
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(0);
    }),
  );
}

function isOlder(version, than) {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  return a[0] !== b[0] ? a[0] < b[0] : a[1] < (b[1] || 0);
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
