import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { guardChild } from '../../../test/support/guardian.ts';

/** Arguments of a process with `standardOutput`, and the rest of the program. */
const program = (rest: string) => [
  '--input-type=module',
  '--eval',
  `import { standardOutput } from ${JSON.stringify(new URL('../dist/standard-output.js', import.meta.url).href)};
   const { gather } = standardOutput;
   ${rest}`,
];

test('lines keep their order, gathered or not', () => {
  const { stdout } = spawnSync(
    process.execPath,
    program(`
      for (let n = 0; n < 300; n += 1) n % 7 === 0 ? standardOutput.write(n + '\\n') : gather(n + '\\n');
    `),
    { encoding: 'utf8' },
  );

  expect(stdout.trim().split('\n').map(Number)).toEqual(Array.from({ length: 300 }, (_, n) => n));
});

test('lines keep their order when the process exits once they are flushed', () => {
  const orders = Array.from({ length: 8 }, () => {
    const { stdout } = spawnSync(
      process.execPath,
      program(`
        for (let n = 0; n < 20; n += 1) standardOutput.write(n + '\\n');
        await standardOutput.flushed();
        process.exit();
      `),
      { encoding: 'utf8' },
    );
    return stdout.trim().split('\n').map(Number);
  });

  for (const order of orders) expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test('a line that is gathered is written though no other comes', async () => {
  const child = guardChild(
    spawn(process.execPath, program("gather('alone\\n'); setInterval(() => {}, 60_000);")),
  );
  onTestFinished(() => void child.kill('SIGKILL'));

  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  expect(text.toString()).toBe('alone\n');
});

test.each([
  ['exits', 'process.exit(3);', 3],
  ['fails', "throw new Error('it broke');", 1],
  ['comes to its end', '', 0],
])('a process whose log nobody reads any more ends when it %s', async (_title, end, code) => {
  const child = guardChild(
    spawn(process.execPath, program(`process.stdin.once('end', () => { gather('x\\n'); ${end} }).resume();`)),
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  child.stdout.destroy();
  await once(child.stdout, 'close');
  child.stdin.end();

  expect(await exited).toEqual([code, null]);
});

test('a process whose log is not read at the moment ends all the same', async () => {
  const lines = "for (let n = 0; n < 2000; n += 1) gather('x'.repeat(1000) + '\\n');";
  const child = guardChild(spawn(process.execPath, program(`${lines} process.exit(3);`)));
  onTestFinished(() => void child.kill('SIGKILL'));

  expect(await once(child, 'exit')).toEqual([3, null]);
});
