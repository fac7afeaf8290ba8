import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLineOf } from '../packages/dev-redis/src/command-line-of.ts';
import { freePort } from '../packages/dev-redis/src/ports.ts';
import { repositoryRoot } from '../packages/cli/src/repository.ts';
import { emptyStateFolder, runGatewayCommand, startGatewayCommand } from './support/gateway-command.ts';
import { guardChild } from './support/guardian.ts';
import { PROCESS_HANG_MS } from './support/hang.ts';
import { until } from './support/until.ts';
import { startTestRedis } from './support/test-redis.ts';

type Run = { output: () => string; child: ChildProcess; exitCode: Promise<number | null> };

/** `npm start` on a state folder and a Redis of its own. */
async function setup(env: Record<string, string> = {}) {
  const stateDir = await emptyStateFolder();
  const redis = await startTestRedis({ mustControl: true });
  const port = await freePort();
  const given = {
    PATH: process.env['PATH'] ?? '',
    REDIS_URL: redis.url,
    GATEWAY_STATE_DIR: stateDir,
    PORT: String(port),
    ADMIN_PORT: String(await freePort()),
    CONSOLE_PORT: String(await freePort()),
    ...env,
  };
  const stoppers: (() => Promise<unknown>)[] = [];
  return {
    stateDir,
    redis,
    port,
    /** In this process. */
    start() {
      const { stdout, stderr, interrupt, ended } = startGatewayCommand(['start'], given);
      const exitCode = ended.then(({ code }) => code);
      stoppers.push(async () => {
        interrupt();
        await exitCode;
      });
      return { output: () => stderr() + stdout(), interrupt, exitCode };
    },
    /** As a process of its own. */
    spawn(): Run {
      const child = guardChild(
        spawn(process.execPath, [join(repositoryRoot, 'packages/cli/dist/main.js'), 'start'], {
          env: given,
        }),
        'SIGTERM',
      );
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const exitCode = once(child, 'exit').then(([code]) => code as number | null);
      stoppers.push(async () => {
        child.kill('SIGTERM');
        await exitCode;
      });
      return { child, output: () => output, exitCode };
    },
    send: (...args: string[]) => runGatewayCommand(['send', ...args], given),
    async [Symbol.asyncDispose]() {
      for (const stop of stoppers) await stop();
      await redis[Symbol.asyncDispose]();
    },
  };
}

const untilUp = (run: Pick<Run, 'output'>) =>
  until(() => expect(run.output()).toContain('Ctrl-C'), { timeoutMs: PROCESS_HANG_MS });

test('a start shows the steps of a code and the settings for Auth0, and exits 0 on Ctrl-C', async () => {
  await using gateway = await setup();
  const run = gateway.spawn();
  await untilUp(run);

  expect(run.output()).toMatch(/\+0 ms {2}accepted[^]*attempt 1 +inbox: accepted[^]*ms {2}sent/);
  const pasted = run.output().match(/^\{ "provider"[^]*?true \}$/m)?.[0] ?? '';
  const { secret } = JSON.parse(await readFile(join(gateway.stateDir, 'dev.json'), 'utf8')) as {
    secret: string;
  };
  expect(JSON.parse(pasted)).toEqual({
    provider: 'sms_gateway',
    gateway_url: 'https://YOUR-PUBLIC-HOST/v1/sms',
    gateway_authentication: {
      method: 'bearer',
      audience: 'urn:sms-gateway',
      secret,
      secret_base64_encoded: false,
    },
    forward_req_info: true,
  });

  run.child.kill('SIGINT');

  expect(await run.exitCode).toBe(0);
});

test('send plays Auth0 against it, and shows what Auth0 would tell the application', async () => {
  await using gateway = await setup();
  await untilUp(gateway.start());

  const sent = await gateway.send('+14155550199');
  expect(sent).toMatchObject({ code: 0, stderr: '' });
  expect(sent.stdout).toContain('200, the code is on its way');

  const refused = await gateway.send('+1', '--json');
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    gateway: { status: 422 },
    auth0: {
      status: 400,
      error: 'sms_provider_error',
      error_description: 'Unexpected response while calling the SMS gateway: 422',
    },
  });
});

test('secrets are kept between starts, readable only by their owner', async () => {
  await using gateway = await setup();
  const secretsOf = async () => {
    const run = gateway.start();
    await untilUp(run);
    run.interrupt();
    await run.exitCode;
    const file = await readFile(join(gateway.stateDir, 'dev.json'), 'utf8');
    const { secret, payloadKey } = JSON.parse(file) as Record<string, string>;
    return { secret, payloadKey };
  };

  const first = await secretsOf();

  expect(first.secret).toMatch(/^[\w-]{43}$/);
  expect(await secretsOf()).toEqual(first);
  expect((await stat(join(gateway.stateDir, 'dev.json'))).mode & 0o077).toBe(0);
});

test('a secret of the environment is used and not shown', async () => {
  const secret = 'a-secret-that-only-the-environment-knows';
  await using gateway = await setup({ AUTH0_SECRET: secret });
  const run = gateway.start();
  await untilUp(run);

  expect(run.output()).toMatch(/ms {2}sent/);
  expect(run.output()).not.toContain(secret);
});

test('a port in use is a clear message and exit code 1', async () => {
  await using gateway = await setup();
  const squatter = createServer().listen(gateway.port, '127.0.0.1');
  await once(squatter, 'listening');

  const run = gateway.start();

  expect(await run.exitCode).toBe(1);
  expect(run.output().trim()).toBe(
    `Port ${gateway.port} is in use. Choose another one with PORT, such as: PORT=${gateway.port + 1} npm start`,
  );
  squatter.close();
});

test('a second start on the same folder says what is running, and how to run another one', async () => {
  await using gateway = await setup();
  await mkdir(join(gateway.stateDir, 'redis'));
  const claim = { owner: { pid: process.pid, commandLine: await commandLineOf(process.pid) } };
  await writeFile(join(gateway.stateDir, 'redis', 'claim.json'), JSON.stringify(claim));

  const run = gateway.start();

  expect(await run.exitCode).toBe(1);
  expect(run.output()).toContain(`npm start is already running (process ${process.pid})`);
  expect(run.output()).toContain('GATEWAY_STATE_DIR=.gateway-2 PORT=');
});

test('a configuration that a service refuses is shown with its message, exit code 1', async () => {
  await using gateway = await setup({ MESSAGE_TTL: 'soon' });

  const run = gateway.start();

  expect(await run.exitCode).toBe(1);
  expect(run.output()).toMatch(/exit code 78[^]*MESSAGE_TTL/);
});

test('it does not start with a Redis that would lose messages, and names the setting', async () => {
  await using gateway = await setup();
  await using lossy = await startTestRedis({ settings: { appendfsync: 'no' }, mustControl: true });
  await using other = await setup({ REDIS_URL: lossy.url, PORT: String(gateway.port) });

  const run = other.start();

  expect(await run.exitCode).toBe(1);
  expect(run.output()).toContain('appendfsync');
});

test('services end by themselves when the start that owns them is killed', async () => {
  await using gateway = await setup();
  const run = gateway.spawn();
  await untilUp(run);

  run.child.kill('SIGKILL');

  await until(() => expect(fetch(`http://127.0.0.1:${gateway.port}/`)).rejects.toThrow('fetch failed'), {
    timeoutMs: PROCESS_HANG_MS,
  });
});
