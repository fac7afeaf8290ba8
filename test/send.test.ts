import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDevState, writeDevState } from '../packages/cli/src/dev-state.ts';
import { freePort } from '../packages/dev-redis/src/ports.ts';
import { emptyStateFolder, startGatewayCommand } from './support/gateway-command.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { AUDIENCE, PAYLOAD_KEY, SECRET } from './support/base-env.ts';
import { writeConfig } from './support/config-file.ts';
import { PROCESS_HANG_MS } from './support/hang.ts';
import { until } from './support/until.ts';
import { startTestRedis } from './support/test-redis.ts';

const NUMBER = '+14155550123';

/** Begins `npm run send`, which has nothing but these variables, and no state of an earlier start. */
async function startSend(args: string[], env: Record<string, string>) {
  const sending = startGatewayCommand(['send', ...args], {
    GATEWAY_STATE_DIR: await emptyStateFolder(),
    ...env,
  });
  const ended = sending.ended.then((end) => {
    expect(end.stdout + end.stderr).not.toContain(SECRET);
    return end;
  });
  return { ...sending, ended };
}

async function send(args: string[], env: Record<string, string>) {
  return (await startSend(args, env)).ended;
}

/** What a terminal knows that is set up for this gateway. */
const envOf = ({ ingress, redis }: Pick<Gateway, 'ingress' | 'redis'>) => ({
  GATEWAY_URL: `${ingress.url}/v1/sms`,
  AUTH0_SECRET: SECRET,
  AUTH0_AUDIENCE: AUDIENCE,
  REDIS_URL: redis.url,
});

const untilAccepted = (gateway: Gateway, count: number) =>
  until(async () => expect(await gateway.client.keys('{gateway}:trace:*')).toHaveLength(count));

test('a message is shown step by step until its outcome', async () => {
  await using gateway = await startGateway();
  await gateway.startWorker();

  const { code, stdout, stderr } = await send([NUMBER], envOf(gateway));

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^POST [^]*: +200 after \d+ ms\n\{"id"[^]*the code is on its way\n +\+0 ms {2}accepted +HTTP 200 in \d+ ms\n.*attempt 1 +http: accepted in \d+ ms\n.*ms {2}sent\n$/,
  );
  expect(gateway.sent()).toMatchObject([{ to: NUMBER, body: expect.stringMatching(/: \d{6}$/) as string }]);
});

test('a failed message shows its provider and reason, and is not a success', async () => {
  await using gateway = await startGateway({ respond: (response) => response.writeHead(400).end() });
  await gateway.startWorker();

  const { code, stdout } = await send([NUMBER], envOf(gateway));

  expect(code).toBe(1);
  expect(stdout).toMatch(/attempt 1 +http: \w+ \(http_400\) in [^]*ms {2}failed +\w+\n$/);
});

test('several messages go to the numbers in turn, each with a different code', async () => {
  await using gateway = await startGateway();
  await gateway.startWorker();
  const numbers = ['+14155550101', '+14155550102', '+14155550103'];

  const { code, stdout } = await send([...numbers, '--rate', '50', '--text', 'Code {code}.'], envOf(gateway));

  expect(code).toBe(0);
  expect(stdout).toMatch(/^1 {2}\+1…01 +200 after \d+ ms {2}http accepted → sent, \d+ ms$/m);
  expect(stdout).toMatch(
    /\n3 messages in .*\nAnswers: +200 × 3\nOutcomes: +sent × 3\nAccept to sent: +min \d/,
  );
  const sent = gateway.sent();
  expect(new Set(sent.map(({ to }) => to))).toEqual(new Set(numbers));
  expect(new Set(sent.map(({ body }) => body)).size).toBe(3);
  for (const { body } of sent) expect(body).toMatch(/^Code \d{6}\.$/);
});

test('a newer code to the same number replaces the older one, which is not a success', async () => {
  await using gateway = await startGateway();
  const sending = await startSend([NUMBER, '--count', '3', '--json'], envOf(gateway));
  await untilAccepted(gateway, 3);
  await gateway.startWorker();

  const { code, stdout } = await sending.ended;

  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    messages: [
      { number: 1, trace: { outcome: 'superseded', reason: 'newer_code' } },
      { number: 2, trace: { outcome: 'superseded' } },
      { number: 3, gateway: { status: 200 }, auth0: { status: 200 }, trace: { outcome: 'sent' } },
    ],
    summary: { answers: { 200: 3 }, outcomes: { superseded: 2, sent: 1 } },
  });
});

test('a message is followed to its receipts, and undelivered is not a success', async () => {
  await using gateway = await startGateway({ env: { PROVIDERS: 'simulator' } });
  await gateway.startWorker();

  const [delivered, undelivered] = await Promise.all([
    send(['+14155550100'], envOf(gateway)),
    send(['+14155550106'], envOf(gateway)),
  ]);

  expect(delivered.code).toBe(0);
  expect(delivered.stdout).toMatch(/receipt +simulator: delivered\n/);
  expect(undelivered.code).toBe(1);
  expect(undelivered.stdout).toMatch(/receipt +simulator: undelivered \(\w+\)\n/);
});

test('it waits until the deadline of a message that no worker takes', async () => {
  await using gateway = await startGateway({ env: { MESSAGE_TTL: '1s' } });

  const { code, stdout } = await send([NUMBER], envOf(gateway));

  expect(code).toBe(1);
  expect(stdout).toMatch(/accepted +HTTP 200.*\nThe deadline has passed without an outcome/);
});

test('Redis may restart in between', async () => {
  await using gateway = await startGateway({ mustControl: true });
  const sending = await startSend([NUMBER], envOf(gateway));
  await until(() => expect(sending.stdout()).toContain('+0 ms  accepted'));
  await gateway.redis.restart();
  await gateway.startWorker();

  expect(await sending.ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/ms {2}sent\n$/) as string,
  });
});

test('Ctrl-C ends it with the summary so far', async () => {
  await using gateway = await startGateway();
  const sending = await startSend([NUMBER, '--count', '100', '--rate', '1'], envOf(gateway));
  // The first is answered by then.
  await untilAccepted(gateway, 2);
  sending.interrupt();

  const { code, stdout } = await sending.ended;

  expect(code).toBe(1);
  expect(stdout).toMatch(/^([12]) of 100 messages in .*\nAnswers: +200 × \1\nOutcomes: +no outcome × \1\n/m);
});

test('without a Redis it says how to follow, and a 200 is a success', async () => {
  await using gateway = await startGateway();
  const { REDIS_URL: _, ...env } = envOf(gateway);
  const closed = `redis://127.0.0.1:${await freePort()}`;
  const runs = await Promise.all([
    send([NUMBER], env),
    send([NUMBER], { ...env, REDIS_URL: closed }),
    send([NUMBER, '--no-follow'], envOf(gateway)),
  ]);

  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  const lines = runs.map(({ stdout }) =>
    stdout.split('\n').filter((line) => line.startsWith('Not followed')),
  );
  expect(lines).toEqual([
    [expect.stringContaining('set REDIS_URL')],
    [expect.stringMatching(/\(ECONNREFUSED\)\. Set REDIS_URL/)],
    [expect.stringContaining('--no-follow')],
  ]);
});

test('a Redis that is not the gateway’s is reported as such', async () => {
  await using gateway = await startGateway({ mustControl: true });
  await using other = await startTestRedis({ mustControl: true });

  const { code, stdout } = await send([NUMBER], { ...envOf(gateway), REDIS_URL: other.url });

  expect(code).toBe(0);
  expect(stdout).toContain('Not followed: this Redis does not have the message. Set REDIS_URL');
});

test('the Redis of npm start is used only for its own gateway', async () => {
  await using gateway = await startGateway();
  await gateway.startWorker();
  const stateDir = await emptyStateFolder();
  const { GATEWAY_URL: url, REDIS_URL: redisUrl } = envOf(gateway);
  const state = { secret: SECRET, audience: AUDIENCE, payloadKey: PAYLOAD_KEY, url, connection: 'default' };

  await writeDevState(stateDir, { ...state, redisUrl });
  const own = await send([NUMBER], { GATEWAY_STATE_DIR: stateDir });
  await writeDevState(stateDir, { ...state, redisUrl, url: 'http://127.0.0.1:8080/v1/sms' });
  const foreign = await send([NUMBER, '--url', url], { GATEWAY_STATE_DIR: stateDir });

  expect(own.stdout).toMatch(/ms {2}sent\n$/);
  expect(foreign.stdout).toMatch(/Not followed: set REDIS_URL .*\n$/);
});

/** `npm start`, with no more than a Redis; resolves when it is up. */
async function startAll(redisUrl: string) {
  const stateDir = await emptyStateFolder();
  const starting = startGatewayCommand(['start'], {
    GATEWAY_STATE_DIR: stateDir,
    REDIS_URL: redisUrl,
    PORT: String(await freePort()),
    ADMIN_PORT: String(await freePort()),
    CONSOLE_PORT: String(await freePort()),
  });
  const stop = async () => {
    starting.interrupt();
    await starting.ended;
  };
  try {
    await until(() => expect(starting.stdout()).toContain('Ctrl-C'), { timeoutMs: PROCESS_HANG_MS });
  } catch (error) {
    await stop();
    throw error;
  }
  return { stateDir, [Symbol.asyncDispose]: stop };
}

test('a message is followed in the Redis of npm start without REDIS_URL', async () => {
  await using redis = await startTestRedis({ mustControl: true });
  await using gateway = await startAll(redis.url);

  const { code, stdout } = await send([NUMBER], { GATEWAY_STATE_DIR: gateway.stateDir });

  for (const step of [/attempt 1 +inbox: accepted/, /ms {2}sent\n/, /receipt +inbox: delivered\n/]) {
    expect(stdout).toMatch(step);
  }
  expect(code).toBe(0);
  expect(await readDevState(gateway.stateDir)).toMatchObject({
    redisUrl: redis.url,
    adminPorts: { ingress: expect.any(Number) as number, worker: expect.any(Number) as number },
  });
});

test('a Redis password of the environment is not stored, so send asks for REDIS_URL', async () => {
  await using redis = await startTestRedis({ mustControl: true });
  // A Redis without a password takes any.
  await using gateway = await startAll(redis.url.replace('//', '//default:hunter2@'));

  const { code, stdout } = await send([NUMBER], { GATEWAY_STATE_DIR: gateway.stateDir });

  expect(stdout).toContain('Not followed: set REDIS_URL');
  expect(code).toBe(0);
  expect(await readFile(join(gateway.stateDir, 'dev.json'), 'utf8')).not.toContain('hunter2');
});

test('a connection is chosen by its name, at the same gateway', async () => {
  await using gateway = await startGateway();
  await gateway.startWorker();

  const known = await send([NUMBER, '--connection', 'default'], envOf(gateway));
  const unknown = await send([NUMBER, '--connection', 'nobody', '--json'], envOf(gateway));

  expect(known).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`POST ${gateway.ingress.url}/v1/connections/default/sms\n`) as string,
  });
  expect(unknown.code).toBe(1);
  expect(JSON.parse(unknown.stdout)).toMatchObject({ gateway: { status: 404 }, id: null, trace: null });
});

test('connections of a file are called with their own secrets', async () => {
  await using file = await writeConfig(`
connections:
  default: { secrets: ["\${DEFAULT_SECRET}", older-${SECRET}], audience: urn:default, subject: urn:Auth0 }
  acme: { secrets: ["\${ACME_SECRET}"], audience: urn:acme }
`);
  const config = {
    GATEWAY_CONFIG: file.path,
    DEFAULT_SECRET: `default-${SECRET}`,
    ACME_SECRET: `acme-${SECRET}`,
  };
  await using gateway = await startGateway({ env: { ...config, AUTH0_SECRET: '', AUTH0_AUDIENCE: '' } });
  const { GATEWAY_URL } = envOf(gateway);
  const run = (...args: string[]) => send([NUMBER, '--no-follow', ...args], { ...config, GATEWAY_URL });

  const [plain, acme, unknown] = await Promise.all([
    run(),
    run('--connection', 'acme'),
    run('--connection', 'nobody'),
  ]);

  expect([plain.code, acme.code]).toEqual([0, 0]);
  expect(unknown).toEqual({
    code: 1,
    stdout: '',
    stderr: 'GATEWAY_CONFIG has no connection nobody. It has default, acme: name one with --connection.\n',
  });
});

test('the Action is run as Auth0 does, and its message followed', async () => {
  await using gateway = await startGateway();
  await gateway.startWorker();

  const { code, stdout, stderr } = await send([NUMBER, '--as', 'action'], envOf(gateway));

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^POST .*, by the custom phone provider Action\n.*: +200 after \d+ ms\n\{"id"/);
  expect(stdout).toMatch(/The Action ended: +returned after .*\nAuth0: +treats the message as sent\n/);
  expect(stdout).toMatch(/attempt 1 +http: accepted[^]*ms {2}sent\n$/);
  expect(gateway.sent()).toMatchObject([{ to: NUMBER }]);
});

test('each of several messages shows how the Action ended', async () => {
  await using gateway = await startGateway();
  await gateway.startWorker();

  const { code, stdout } = await send(['+1', NUMBER, '--as', 'action'], envOf(gateway));

  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^1 {2}no number +422 after \d+ ms {2}the Action dropped \(The gateway answered 422/m,
  );
  expect(stdout).toMatch(/^2 {2}\+1…23 +200 after \d+ ms {2}the Action returned {2}http accepted → sent, /m);
  expect(stdout).toContain('\nThe Action:      dropped × 1, returned × 1\n');
});

test('Auth0 retries an Action that does not reach the gateway', async () => {
  const { code, stdout } = await send([NUMBER, '--as', 'action', '--json'], {
    GATEWAY_URL: `http://127.0.0.1:${await freePort()}/v1/sms`,
    AUTH0_SECRET: SECRET,
    AUTH0_AUDIENCE: AUDIENCE,
  });

  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    gateway: null,
    auth0: { kind: 'retry', explanation: expect.stringContaining('up to 5 times within') as string },
    id: null,
    trace: null,
  });
});

test('both callers sign with a base64url secret and a subject if configured', async () => {
  const secret = Buffer.from(SECRET).toString('base64url');
  const own = { AUTH0_SECRET: secret, AUTH0_SECRET_BASE64: 'true', AUTH0_SUBJECT: 'urn:Auth0' };
  await using gateway = await startGateway({ env: own });
  await gateway.startWorker();

  expect(await send([NUMBER, '--as', 'action'], { ...envOf(gateway), ...own })).toMatchObject({ code: 0 });
  expect(await send([NUMBER], { ...envOf(gateway), ...own })).toMatchObject({ code: 0 });
});

test('wrong arguments are reported on standard error', async () => {
  const { code, stdout, stderr } = await send([NUMBER, '--rate', '0'], {});

  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^--rate must be a number of messages per second[^]*Usage: npm run send/);
});

test('without a gateway to send to it says what to do', async () => {
  const { code, stderr } = await send([NUMBER], {});

  expect(code).toBe(1);
  expect(stderr).toContain('run npm start first, or set GATEWAY_URL');
});
