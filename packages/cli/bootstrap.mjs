// The first program to run in a fresh clone: plain Node, nothing installed yet. Syntax that old versions of Node
// parse, so that they reach the sentence that tells what is wrong.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, install } from './bootstrap/install.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { createProgress } from './bootstrap/progress.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const commands = {
  start: () => ({ program: 'packages/cli/dist/start.js' }),
  send: () => ({ program: 'packages/cli/dist/send.js' }),
  gateway: () => ({ program: 'packages/cli/dist/gateway.js' }),
  bench: () => ({ program: 'packages/bench/dist/main.js' }),
  test: () => ({ program: 'test/run.mjs' }),
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
  const progress = createProgress(process.stderr, process.env);
  await withLock(join(root, '.gateway', 'bootstrap.lock'), progress, async () => {
    await install(root, progress);
    await build(root, progress);
  });

  // The program takes over this very process: signals, exit code and terminal are its own, with nobody in between.
  const { program } = commands[name]();
  const file = join(root, program);
  process.argv = [process.argv[0], file, ...args];
  await import(pathToFileURL(file).href);
}

function isOlder(version, than) {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  return a[0] !== b[0] ? a[0] < b[0] : a[1] < (b[1] || 0);
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
