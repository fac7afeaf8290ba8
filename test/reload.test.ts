import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auth0Token, freshNumber, postSms } from './support/auth0.ts';
import { writeConfig } from './support/config-file.ts';
import { createDisposal } from './support/disposal.ts';
import { startGateway } from './support/gateway.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { acceptTwilio, twilioEnv } from './support/fake-twilio.ts';
import { startIngressProcess } from './support/processes.ts';
import { startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { series } from './support/series.ts';
import { type Service } from './support/services.ts';

const OTHER_SECRET = 'another-shared-secret-of-more-than-32-bytes';
const CONNECTION = `default: { secrets: [${SECRET}], audience: '${AUDIENCE}' }`;
const ACME = `acme: { secrets: '\${file:acme.secret}', audience: '${AUDIENCE}', allowedCountries: [DE] }`;
const ACME_PATH = '/v1/connections/acme/sms';

const yamlOf = (...connections: string[]) =>
  `connections:\n${connections.map((one) => `  ${one}\n`).join('')}`;

/** An ingress with a file that may be replaced, as an editor or a mounted volume does it. */
async function startWithFile(stack: ReturnType<typeof createDisposal>, yaml: string) {
  const file = stack.use(await writeConfig(yaml));
  const folder = dirname(file.path);
  const write = async (name: string, content: string) => {
    await writeFile(join(folder, `${name}.new`), content);
    await rename(join(folder, `${name}.new`), join(folder, name));
  };
  const gateway = stack.use(await startGateway());
  const own = { GATEWAY_CONFIG: file.path, AUTH0_SECRET: '', AUTH0_AUDIENCE: '' };
  const ingress = await gateway.startIngress(own);
  await expect.poll(async () => (await ingress.ready()).status).toBe(200);
  return { file, gateway, ingress, write, env: { REDIS_URL: gateway.redis.url, ...own } };
}

const reloads = (process: Service) =>
  process.logLines().filter(({ msg }) => msg === 'config.reloaded').length;

async function untilReloaded(process: Service, change: () => Promise<void> | void): Promise<void> {
  const before = reloads(process);
  await change();
  await expect.poll(() => reloads(process)).toBeGreaterThan(before);
}

describe('connections', () => {
  test('one that the file adds is served without a restart, by its own secret and countries', async () => {
    await using stack = createDisposal();
    const { ingress, write } = await startWithFile(stack, yamlOf(CONNECTION));
    const token = await auth0Token({ secret: OTHER_SECRET });
    expect((await postSms(ingress.url, { path: ACME_PATH, token })).status).toBe(404);

    await write('acme.secret', OTHER_SECRET);
    await untilReloaded(ingress, () => write('gateway.yaml', yamlOf(CONNECTION, ACME)));

    const german = { recipient: '+4915112345678' };
    expect((await postSms(ingress.url, { path: ACME_PATH, token, body: german })).status).toBe(200);
    expect((await postSms(ingress.url, { path: ACME_PATH, token })).status).toBe(403);
    expect((await postSms(ingress.url, { path: ACME_PATH })).status).toBe(401);
    expect((await postSms(ingress.url, { token })).status).toBe(401);
    expect((await postSms(ingress.url)).status).toBe(200);

    const metrics = await ingress.metrics();
    expect(series(metrics, 'gateway_requests_total{connection="acme",status="200"}')).toBe(1);
    expect(series(metrics, 'gateway_requests_total{connection="none",status="404"}')).toBe(1);
    const line = await ingress.untilLog('config.reloaded');
    expect(line).toMatchObject({
      connections: { added: ['acme'], removed: [], changed: [] },
      needRestart: [],
    });
    expect(ingress.output()).not.toContain(OTHER_SECRET);
  });

  test('one that the file drops is not served any more, though its token was believed a moment ago', async () => {
    await using stack = createDisposal();
    const { ingress, write } = await startWithFile(
      stack,
      yamlOf(CONNECTION, ACME.replace('${file:acme.secret}', OTHER_SECRET)),
    );
    const request = { path: ACME_PATH, token: await auth0Token({ secret: OTHER_SECRET }) };
    expect((await postSms(ingress.url, { ...request, body: { recipient: '+4915112345678' } })).status).toBe(
      200,
    );

    await untilReloaded(ingress, () => write('gateway.yaml', yamlOf(CONNECTION)));
    expect((await postSms(ingress.url, request)).status).toBe(404);
  });

  test('a secret that is taken out of its own file is not believed any more', async () => {
    await using stack = createDisposal();
    const { file, ingress, write } = await startWithFile(stack, yamlOf(CONNECTION));
    await write('acme.secret', `${OTHER_SECRET},${SECRET}`);
    await write('gateway.yaml', yamlOf(CONNECTION, ACME));
    await untilReloaded(ingress, () => ingress.reload());
    const body = () => ({ recipient: `+49151${freshNumber().slice(-8)}` });
    const withOld = async () => (await postSms(ingress.url, { path: ACME_PATH, body: body() })).status;
    expect(await withOld()).toBe(200);

    await untilReloaded(ingress, () => write('acme.secret', OTHER_SECRET));
    expect(await withOld()).toBe(401);
    expect(file.path).toContain('gateway.yaml');
  });
});

test('a bad file changes nothing, is told in full once, and a good one makes up for it', async () => {
  await using stack = createDisposal();
  const { ingress, write } = await startWithFile(stack, yamlOf(CONNECTION));
  await write('gateway.yaml', `port: 70000\n${yamlOf(`default: { secrets: [${OTHER_SECRET}] }`)}`);
  const { problems } = await ingress.untilLog('config.reload_failed');

  expect(problems).toEqual([
    expect.stringMatching(/^port: /),
    expect.stringMatching(/^AUTH0_AUDIENCE: not set/),
  ]);
  expect((await postSms(ingress.url)).status).toBe(200);
  expect(series(await ingress.metrics(), 'gateway_config_last_reload_successful')).toBe(0);
  expect((await ingress.ready()).status).toBe(200);
  expect(ingress.output()).not.toContain(OTHER_SECRET);

  await untilReloaded(ingress, () => write('gateway.yaml', yamlOf(CONNECTION, '# mended')));
  expect(series(await ingress.metrics(), 'gateway_config_last_reload_successful')).toBe(1);
  expect(ingress.logLines().filter(({ msg }) => msg === 'config.reload_failed')).toHaveLength(1);
});

test('a file that has gone changes nothing', async () => {
  await using stack = createDisposal();
  const { file, ingress } = await startWithFile(stack, yamlOf(CONNECTION));
  await rm(file.path);
  await ingress.untilLog('config.reload_failed');
  expect((await postSms(ingress.url)).status).toBe(200);
});

test('SIGHUP loads again, and says which settings wait for a restart', async () => {
  await using stack = createDisposal();
  const { file, env } = await startWithFile(stack, yamlOf(CONNECTION));
  const ingress = stack.use(await startIngressProcess(env));
  await expect.poll(async () => (await ingress.ready()).status).toBe(200);
  await writeFile(file.path, `screening: off\nport: 65000\nallowedCountries: [DE]\n${yamlOf(CONNECTION)}`);
  ingress.signal('SIGHUP');

  const line = await ingress.untilLog('config.reloaded', ({ cause }) => cause === 'SIGHUP');
  expect(line).toMatchObject({ connections: { changed: ['default'] }, needRestart: ['port'] });
  // Not allowed any more, but nobody screens.
  expect((await postSms(ingress.url)).status).toBe(200);
});

test('a worker sends with a new auth token without a restart, and ends what it began with the old one', async () => {
  await using stack = createDisposal();
  const held: (() => void)[] = [];
  const sent: string[] = [];
  const twilio = stack.use(
    await startScriptedProviderServer((response, request) => {
      const { authorization = '' } = request.headers;
      sent.push(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':')[1] ?? '');
      held.push(() => acceptTwilio()(response, request));
    }),
  );
  const file = stack.use(
    await writeConfig(
      "providers: { order: [twilio, http], twilio: { authToken: '${file:twilio.token}' } }\n",
    ),
  );
  const tokenFile = join(dirname(file.path), 'twilio.token');
  await writeFile(tokenFile, 'old-token');
  const { TWILIO_AUTH_TOKEN: _token, ...env } = twilioEnv(twilio.url);
  const gateway = stack.use(await startGateway());
  const worker = await gateway.startWorker({ ...env, GATEWAY_CONFIG: file.path, PROVIDERS: '' });
  const send = () => postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });

  await send();
  await expect.poll(() => sent).toEqual(['old-token']);
  await writeFile(tokenFile, 'new-token,old-token');
  worker.reload();
  const line = await worker.untilLog('config.reloaded');
  await send();
  await expect.poll(() => sent).toEqual(['old-token', 'new-token']);
  for (const answer of held) answer();

  expect(line).toMatchObject({ replacedProviders: ['twilio'], needRestart: [] });
  await expect
    .poll(() => worker.logLines().filter(({ msg }) => msg === 'message.concluded'))
    .toMatchObject([{ outcome: 'sent' }, { outcome: 'sent' }]);
  expect(gateway.sent()).toEqual([]);
  expect(worker.output()).not.toMatch(/(old|new)-token/);
});

describe('routes', () => {
  const ROUTED = `routes: { direct: { providers: [http], senders: { http: ['+15005550001'] } } }
connections: { default: { route: direct } }\n`;

  test('take effect in the worker without a restart, also those of a connection', async () => {
    await using stack = createDisposal();
    const file = stack.use(await writeConfig('logLevel: info\n'));
    const gateway = stack.use(await startGateway());
    const worker = await gateway.startWorker({ GATEWAY_CONFIG: file.path });
    const routeOf = async () => {
      const { body } = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
      const line = await worker.untilLog('delivery.attempted', ({ messageId }) => messageId === body['id']);
      return line['route'];
    };
    expect(await routeOf()).toBe('default');
    await untilReloaded(worker, () => writeFile(file.path, ROUTED));
    expect(await routeOf()).toBe('direct');
  });

  test('that need a provider which is not set up wait for a restart', async () => {
    await using stack = createDisposal();
    const file = stack.use(await writeConfig('logLevel: info\n'));
    const gateway = stack.use(await startGateway());
    const worker = await gateway.startWorker({ GATEWAY_CONFIG: file.path });
    await writeFile(file.path, 'routes: { direct: { providers: [console] } }\n');
    const { needRestart } = await worker.untilLog('config.reloaded');
    expect(needRestart).toEqual(['providers', 'routing']);
  });
});
