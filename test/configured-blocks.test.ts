import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readConfiguredBlocks } from '@sms-gateway/reporting';
import { freshNumber, postSms } from './support/auth0.ts';
import { baseEnv } from './support/base-env.ts';
import { writeConfig } from './support/config-file.ts';
import { asJson, setupConsole } from './support/console.ts';
import { createDisposal } from './support/disposal.ts';
import { runGatewayCommand } from './support/gateway-command.ts';
import { startGateway } from './support/gateway.ts';
import { startIngress } from './support/services.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

/** In Bangladesh. */
const BLOCKED = '+8801712345678';

async function setup(env: Record<string, string> = {}) {
  const gateway = await startGateway({ env });
  return {
    gateway,
    post: (recipient: string, url = gateway.ingress.url) => postSms(url, { body: { recipient } }),
    untilReported: (names: string[]) =>
      until(async () => expect(await readConfiguredBlocks(gateway.client)).toEqual(names)),
    command: (...args: string[]) =>
      runGatewayCommand(args, { ...baseEnv, ...env, REDIS_URL: gateway.redis.url }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

test('a block of the configuration outlives the data of Redis, with any SCREENING', async () => {
  await using bundle = await setup({
    BLOCKED_DESTINATIONS: '+880,DE',
    SCREENING: 'off',
    REDIS_DATA_LOSS: 'continue',
  });
  const { gateway, post } = bundle;
  expect((await post(BLOCKED)).status).toBe(403);

  await gateway.client.flushall();
  await gateway.ingress.untilLog('redis.data_lost');
  await until(async () => expect((await post(freshNumber())).status).toBe(200));

  const { status, body } = await post(BLOCKED);
  expect({ status, type: body['type'] }).toEqual({
    status: 403,
    type: 'urn:sms-gateway:problem:destination-blocked',
  });
  expect((await post('+4915112345678')).status).toBe(403);
  const why = await bundle.command('why', BLOCKED, '--json');
  expect(JSON.parse(why.stdout)).toMatchObject({
    messages: [{ answered: { status: 403, problem: 'destination_blocked' } }],
  });
});

test('no message in the queue is sent to a destination that the configuration of the worker blocks', async () => {
  await using bundle = await setup();
  const { gateway, post } = bundle;
  const [blocked, allowed] = [await post(BLOCKED), await post(freshNumber())];

  await gateway.startWorker({ BLOCKED_DESTINATIONS: 'bd' });

  expect(await untilConcluded(gateway.client, blocked.body['id'])).toMatchObject({
    outcome: 'failed',
    reason: 'blocked',
    attempts: [],
  });
  expect(await untilConcluded(gateway.client, allowed.body['id'])).toMatchObject({ outcome: 'sent' });
});

test('a repeat of a message accepted before the block is answered as a repeat', async () => {
  await using bundle = await setup();
  const { gateway } = bundle;
  const message = { body: { recipient: BLOCKED, body: 'Your code is 135790' } };
  const first = await postSms(gateway.ingress.url, message);
  const other = await gateway.startIngress({ BLOCKED_DESTINATIONS: 'all' });
  await until(async () => expect((await other.ready()).status).toBe(200));

  expect(await postSms(other.url, message)).toMatchObject({
    status: 200,
    body: { id: first.body['id'], status: 'duplicate' },
  });
});

test('a reload changes the blocks of the ingress and of the worker', async () => {
  await using stack = createDisposal();
  const file = stack.use(await writeConfig('blockedDestinations: ["+880"]\n'));
  const bundle = stack.use(await setup());
  const { gateway, post } = bundle;
  const env = { GATEWAY_CONFIG: file.path };
  const ingress = await gateway.startIngress(env);
  await until(async () => expect((await ingress.ready()).status).toBe(200));
  const worker = await gateway.startWorker(env);
  expect((await post(BLOCKED, ingress.url)).status).toBe(403);

  await writeFile(file.path, 'blockedDestinations: [US]\n');
  for (const service of [ingress, worker]) {
    service.reload();
    const line = await service.untilLog('config.reloaded');
    expect(line).toMatchObject({ blockedDestinations: ['US'], needRestart: [] });
  }

  const { status, body } = await post(BLOCKED, ingress.url);
  expect(status).toBe(200);
  expect(await untilConcluded(gateway.client, body['id'])).toMatchObject({ outcome: 'sent' });
  expect((await post('+14155550123', ingress.url)).status).toBe(403);
  const late = await post('+14155550123');
  expect(await untilConcluded(gateway.client, late.body['id'])).toMatchObject({ reason: 'blocked' });
});

test('the commands show where a block comes from, and cannot remove it', async () => {
  await using bundle = await setup({ BLOCKED_DESTINATIONS: '+880,all' });
  await bundle.untilReported(['+880', '*']);
  await bundle.command('block', 'FR', '--reason', 'pumping');

  const list = (await bundle.command('blocks')).stdout;
  expect(list).toMatch(/^ {2}\+880 +by the configuration$/m);
  expect(list).toMatch(/^ {2}all +by the configuration$/m);
  expect(list).toMatch(/^ {2}FR +since .*pumping$/m);
  expect(JSON.parse((await bundle.command('blocks', '--json')).stdout)).toEqual([
    { destination: '+880', since: null, until: null, reason: '', source: 'configuration' },
    { destination: 'all', since: null, until: null, reason: '', source: 'configuration' },
    { destination: 'FR', since: expect.any(String), until: null, reason: 'pumping' },
  ]);

  expect(await bundle.command('unblock', '+880')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/\+880 is blocked by the configuration.*BLOCKED_DESTINATIONS/),
  });
  expect((await bundle.post(BLOCKED)).status).toBe(403);

  const { stdout } = await bundle.command('explain', BLOCKED);
  expect(stdout).toMatch(/^ {2}blocked +\+880 by the configuration$/m);
  expect(stdout).toContain('refused: 403 (blocked)');
});

test('blocks shows those of running processes, or those of its own configuration if none runs', async () => {
  await using bundle = await setup();
  await bundle.untilReported([]);
  const env = { REDIS_URL: bundle.gateway.redis.url, BLOCKED_DESTINATIONS: 'BD' };
  expect((await runGatewayCommand(['blocks'], env)).stdout).toContain('Nothing is blocked');

  await bundle.gateway.ingress.stop();
  expect((await runGatewayCommand(['blocks'], env)).stdout).toMatch(/BD +by the configuration/);
  const bad = { ...env, BLOCKED_DESTINATIONS: 'nowhere' };
  expect((await runGatewayCommand(['block', '+88'], bad)).code).toBe(0);
});

test('the console shows it, and cannot remove it', async () => {
  const { ask, redis } = await setupConsole();
  await using _ingress = await startIngress({ REDIS_URL: redis.url, BLOCKED_DESTINATIONS: 'BD' });
  const configured = { destination: 'BD', since: null, until: null, reason: '', source: 'configuration' };
  await until(async () => expect((await ask('/api/blocks')).body).toEqual({ blocks: [configured] }));

  const refused = await ask('/api/blocks?destination=BD', { method: 'DELETE' });
  expect(refused).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('blocked by the configuration') },
  });
  expect((await ask('/api/blocks', asJson({ destination: 'FR', reason: 'x' }))).status).toBe(201);
  expect((await ask('/api/blocks')).body['blocks']).toMatchObject([configured, { destination: 'FR' }]);
});
