import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { closeWithin } from './lifecycle.ts';
import { guardChild } from '../../../test/support/guardian.ts';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const built = new URL('../dist/index.js', import.meta.url).href;
const builtConfig = new URL('../../config/dist/index.js', import.meta.url).href;

// Signals and exit codes need a process of their own, and Node 20 runs no TypeScript: build what it imports.
beforeAll(async () => {
  const compiler = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-b', packageFolder]);
}, 60_000);

/** Runs `runMain('demo', main)` in a process of its own, where `main` is the source of a function's body. */
function start(main: string) {
  const program = `
    import * as config from ${JSON.stringify(builtConfig)};
    import * as runtime from ${JSON.stringify(built)};
    await runtime.runMain('demo', async () => { ${main} });
  `;
  const child = guardChild(spawn(process.execPath, ['--input-type=module', '--eval', program]));
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    printed: (word: string) => until(() => expect(stdout).toContain(word)),
    ended: once(child, 'close').then(([code]: unknown[]) => ({ code, stdout, stderr })),
  };
}

test('exits 0 when main is through, whatever is still open', async () => {
  const { ended } = start('setInterval(() => {}, 1000); process.stdout.write("done")');

  expect(await ended).toEqual({ code: 0, stdout: 'done', stderr: '' });
});

test('exits 78 with every problem of a bad configuration on standard error', async () => {
  const { ended } = start('config.loadWorkerConfig({ env: { PORT: "x", CONCURRENCY: "x" }, providers: [] })');

  const { code, stderr } = await ended;

  expect(code).toBe(78);
  expect(stderr).toMatch(
    /^The configuration has 3 problems:\n.* CONCURRENCY: .*\n.* PAYLOAD_KEYS: .*\n.* PROVIDERS: .*\n$/,
  );
});

test('exits 1 with one sentence for a port in use', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void holder.close());
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  const { ended } = start(`
    const registry = runtime.createRegistry({ service: 'demo' });
    const readiness = () => ({ ready: true, reasons: [] });
    await runtime.createAdminServer({ registry, readiness }).listen({ host: '127.0.0.1', port: ${port} });
  `);

  expect(await ended).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^127.0.0.1:${port} is in use: .*ADMIN_PORT.*\n$`)),
  });
});

test('exits 1 with one scrubbed line for any other failure', async () => {
  const { ended } = start(
    'throw Object.assign(new RangeError("code 123456"), { code: "EX", config: { token: "canary" } })',
  );

  expect(await ended).toEqual({
    code: 1,
    stdout: '',
    stderr: 'demo could not go on: RangeError EX: code [digits]\n',
  });
});

test.each([
  ['unhandled_rejection', 'Promise.reject(Object.assign(new Error("code 123456"), { auth: "canary" }))'],
  [
    'uncaught_exception',
    'setImmediate(() => { throw Object.assign(new Error("code 123456"), { auth: "canary" }) })',
  ],
])('logs one fatal line and exits 1 for an %s', async (event, main) => {
  const { ended } = start(`${main}; await new Promise((resolve) => setTimeout(resolve, 30_000))`);

  const { code, stdout, stderr } = await ended;

  expect(code).toBe(1);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({
    level: 'fatal',
    service: 'demo',
    msg: `process.${event}`,
    err: { message: 'code [digits]' },
  });
  expect(stdout).not.toMatch(/canary|123456/);
});

test('makes log lines of what Node and libraries print by themselves, without their digits', async () => {
  const { ended } = start(`
    process.emitWarning('for 123456', { type: 'DemoWarning', code: 'DEMO' });
    console.warn('wrong password for %s', '+14155550100');
    console.error(Object.assign(new Error('code 123456'), { auth: 'canary' }));
    await new Promise(setImmediate);
  `);

  const { code, stdout, stderr } = await ended;

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ msg: 'process.warning', name: 'DemoWarning', detail: 'for [digits]' }),
      expect.objectContaining({ msg: 'process.console', detail: 'wrong password for +[digits]' }),
    ]),
  );
  expect(lines).toHaveLength(3);
  expect(stdout).not.toMatch(/canary|123456|4155550100/);
});

test('opens no inspector at SIGUSR1', async () => {
  const { kill, printed, ended } = start(`
    const inspector = await import('node:inspector');
    const stopped = runtime.untilSignal('demo');
    setInterval(() => {}, 1000);
    let asked = 0;
    process.on('SIGUSR2', () => process.stdout.write(' ' + (asked += 1) + ':' + inspector.url()));
    process.stdout.write('ready');
    await stopped;
  `);
  await printed('ready');

  // An inspector is opened by another thread, which gets its time between the questions.
  for (const time of [1, 2, 3, 4, 5]) {
    kill('SIGUSR1');
    kill('SIGUSR2');
    await printed(` ${time}:undefined`);
  }
  kill('SIGTERM');

  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

test.each(['SIGTERM', 'SIGINT'] as const)('hands %s to main, which drains and exits 0', async (signal) => {
  const { kill, printed, ended } = start(`
    const stopped = runtime.untilSignal('demo');
    setInterval(() => {}, 1000);
    process.stdout.write('ready');
    process.stdout.write(' ' + await stopped);
  `);
  await printed('ready');

  kill(signal);

  expect(await ended).toEqual({ code: 0, stdout: `ready ${signal}`, stderr: '' });
});

/** A process that drains until it has got a second signal, on a clock that stands at `times` one by one. */
const DRAINING = (times: number[]) => `
  const times = ${JSON.stringify(times)};
  const first = runtime.untilSignal('demo', { now: () => times.shift() });
  setInterval(() => {}, 1000);
  process.stdout.write('ready');
  await first;
  const second = new Promise((resolve) => process.once('SIGTERM', resolve));
  process.stdout.write('draining');
  await second;
  process.stdout.write('drained');
`;

test('stops at once, with exit code 1, at a second signal', async () => {
  const { kill, printed, ended } = start(DRAINING([0, 501]));
  await printed('ready');
  kill('SIGTERM');
  await printed('draining');

  kill('SIGTERM');

  const { code, stdout, stderr } = await ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(JSON.parse(stdout.replace('readydraining', ''))).toMatchObject({
    level: 'warn',
    service: 'demo',
    signal: 'SIGTERM',
    msg: 'process.stopped_at_once',
  });
});

test('takes a second signal right after the first for the same request', async () => {
  const { kill, printed, ended } = start(DRAINING([0, 500]));
  await printed('ready');
  kill('SIGTERM');
  await printed('draining');

  kill('SIGTERM');

  expect(await ended).toEqual({ code: 0, stdout: 'readydrainingdrained', stderr: '' });
});

test('closes in its own time when that is short, and no later than the time it has', async () => {
  expect(await closeWithin(60_000, async () => {})).toBe('closed');
  expect(await closeWithin(1, () => new Promise(() => {}))).toBe('timed_out');
});

test('lets a failure to close through', async () => {
  await expect(closeWithin(60_000, () => Promise.reject(new Error('stuck')))).rejects.toThrow('stuck');
});
