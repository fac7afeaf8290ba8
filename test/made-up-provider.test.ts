import { createHmac } from 'node:crypto';
import {
  allSettings,
  describeConfig,
  envExample,
  loadIngressConfig,
  loadWorkerConfig,
  settingTables,
} from '@sms-gateway/config';
import { expect, onTestFinished, test } from 'vitest';
import { askProviders } from '../packages/cli/src/commands/doctor/ask-providers.ts';
import { findingOf } from '../packages/cli/src/commands/doctor/check-providers.ts';
import { senderId, token } from '../packages/config/src/fields.ts';
import { settingsIn } from '../packages/config/src/setting.ts';
import { defineProvider } from '../packages/providers/src/provider-descriptor.ts';
import { PROVIDERS } from '../packages/providers/src/registry.ts';
import { startIngress } from '../services/ingress/src/start-ingress.ts';
import { startWorker } from '../services/worker/src/start-worker.ts';
import { postSms } from './support/auth0.ts';
import { baseEnv } from './support/base-env.ts';
import { problemsOf } from './support/load-settings.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

// A provider is a folder with a descriptor, and a line in the registry. This one has both, and nothing else.

const setting = settingsIn('pigeon', ['worker']);
const sent: { by: string; to: string; key: string }[] = [];

const pigeon = defineProvider({
  kind: 'pigeon',
  settings: {
    loft: setting({ env: 'PIGEON_LOFT', schema: token, doc: 'Name of the loft' }),
    key: setting({
      env: 'PIGEON_KEY',
      schema: token,
      services: ['ingress', 'worker'],
      secret: true,
      doc: 'Key of the loft, which signs receipts',
    }),
    from: setting({ env: 'PIGEON_FROM', schema: senderId, doc: 'Sender' }),
  },
  senderSettings: ['from'],
  configure({ loft, key, from }, review) {
    review.require('loft', 'name the loft');
    review.require('key', 'the keeper of the loft gives it');
    return loft === undefined || key === undefined ? undefined : { loft, key, from };
  },
  describe: ({ loft }) => ({ loft }),
  create: async ({ loft, key }) => ({
    name: 'pigeon',
    receipts: 'callback',
    send: async ({ to }) => {
      sent.push({ by: loft, to, key });
      return { kind: 'accepted', providerMessageId: `${loft}-1` };
    },
    close: async () => undefined,
  }),
  receipts: {
    proof: 'key',
    configure: ({ key }) => (key === undefined ? undefined : { key }),
    createReader:
      async ({ key }) =>
      ({ headers, rawBody }) =>
        headers['x-signature'] === sign(key, rawBody.toString())
          ? {
              kind: 'receipts',
              receipts: [
                {
                  providerMessageId: rawBody.toString(),
                  status: 'delivered',
                  code: undefined,
                  isCurable: false,
                },
              ],
            }
          : { kind: 'unauthentic' },
  },
  credentials: {
    settings: (label) => label('key'),
    checks: async ({ key }) => [
      {
        proves: 'key',
        ask: async () => ({
          kind: key === 'right' ? 'accepted' : 'refused',
          code: 'pigeon_key',
          serverTimeMs: undefined,
        }),
      },
    ],
  },
});

const sign = (key: string, body: string) => createHmac('sha256', key).update(body).digest('hex');
const kinds = [...PROVIDERS, pigeon];
const WORKER = { ...baseEnv, PROVIDERS: 'pigeon', PIGEON_LOFT: 'north', PIGEON_KEY: 'canary-key' };

const problemsWith = (env: Record<string, string>) =>
  problemsOf(() => loadWorkerConfig({ env, providers: kinds }));

test('its settings are read, checked and described like those of any other', () => {
  const config = loadWorkerConfig({ env: WORKER, providers: kinds });

  expect(config.providers).toEqual([
    { name: 'pigeon', kind: 'pigeon', options: { loft: 'north', key: 'canary-key', from: undefined } },
  ]);
  expect(describeConfig(config, kinds)['providers']).toEqual([
    { name: 'pigeon', kind: 'pigeon', loft: 'north' },
  ]);
  expect(problemsWith({ ...WORKER, PIGEON_KEY: '', PIGEON_FROM: 'no sender at all' })).toEqual([
    expect.stringMatching(/^PIGEON_FROM: must be a number in E\.164/),
    'PIGEON_KEY: not set; the keeper of the loft gives it',
  ]);
  expect(problemsWith({ ...WORKER, PROVIDERS: 'pigoen' })).toEqual([
    expect.stringMatching(/^PROVIDERS: entry 1 must be one of aws, .*pigeon \(did you mean pigeon\?\)/),
  ]);
  expect(config.warnings).toContainEqual(expect.stringMatching(/^PUBLIC_URL: not set/));
});

test('it is there several times, each with settings of its own, in the environment and in the file', () => {
  const yaml = `
providers:
  order: [pigeon:south, pigeon]
  pigeon:south: { loft: south, key: "\${file:/key}" }
routes: { de: { countries: [DE], providers: { pigeon:west: 2, pigeon: 1 } } }
`;
  const config = loadWorkerConfig({
    env: { ...WORKER, PIGEON_WEST_LOFT: 'west', PIGEON_WEST_KEY: 'k', GATEWAY_CONFIG: '/file' },
    readFile: (path) => (path === '/key' ? 'canary-south' : yaml),
    providers: kinds,
  });

  expect(config.providers).toMatchObject([
    { name: 'pigeon:south', options: { loft: 'south', key: 'canary-south' } },
    { name: 'pigeon', options: { loft: 'north' } },
    { name: 'pigeon:west', options: { loft: 'west', key: 'k' } },
  ]);
  expect(problemsWith({ ...WORKER, PROVIDERS: 'pigeon:west' })).toEqual([
    'PIGEON_WEST_LOFT: not set; name the loft',
    'PIGEON_WEST_KEY: not set; the keeper of the loft gives it',
  ]);
  expect(problemsWith({ ...WORKER, PROVIDERS: 'pigeon:-,console:x' })).toHaveLength(2);
  expect(problemsWith({ ...WORKER, PROVIDERS: 'pigeon:west,pigeon:WEST' })).toContain(
    'providers.pigeon:WEST.loft: its variable PIGEON_WEST_LOFT is also that of pigeon:west; give the provider another name',
  );
});

test('a worker sends by it, and the ingress takes its receipts, of each instance by its own key', async () => {
  await using redis = await startTestRedis({});
  using client = openRedis(redis.url);
  const env = {
    ...WORKER,
    REDIS_URL: redis.url,
    LOG_LEVEL: 'silent',
    PUBLIC_URL: 'https://sms.example.com',
    PROVIDERS: 'pigeon:west',
    PIGEON_WEST_LOFT: 'west',
    PIGEON_WEST_KEY: 'west-key',
  };
  const ingress = await startIngress(loadIngressConfig({ env, providers: kinds }), { kinds });
  onTestFinished(() => ingress.stop());
  const worker = await startWorker(loadWorkerConfig({ env, providers: kinds }), { kinds });
  onTestFinished(() => worker.stop());
  await until(() => expect(ingress.readiness().ready).toBe(true));

  const { body } = await postSms(`http://127.0.0.1:${ingress.port}`);
  const trace = await untilConcluded(client, body['id']);
  const receipt = async (name: string, key: string) => {
    const url = `http://127.0.0.1:${ingress.port}/v1/receipts/${name}`;
    const headers = { 'x-signature': sign(key, 'west-1') };
    return (await fetch(url, { method: 'POST', headers, body: 'west-1' })).status;
  };

  expect(trace).toMatchObject({ outcome: 'sent' });
  expect(sent).toMatchObject([{ by: 'west', key: 'west-key' }]);
  expect(await receipt('pigeon:west', 'canary-key')).toBe(403);
  expect(await receipt('pigeon', 'canary-key')).toBe(200);
  expect(await receipt('pigeon:west', 'west-key')).toBe(200);
  expect(await receipt('pigeon:east', 'west-key')).toBe(404);
});

test('doctor asks it about its credentials, and says where they are set', async () => {
  const findings = async (env: Record<string, string>) => {
    const { providers } = loadWorkerConfig({ env, providers: kinds });
    return (await askProviders(providers, kinds, Date.now)).map(findingOf);
  };

  expect(await findings({ ...WORKER, PIGEON_KEY: 'right' })).toMatchObject([{ status: 'ok' }]);
  expect(await findings({ ...WORKER, PROVIDERS: 'pigeon:a', PIGEON_A_LOFT: 'a', PIGEON_A_KEY: 'x' })).toEqual(
    [expect.objectContaining({ status: 'failed', advice: 'Correct PIGEON_A_KEY.' })],
  );
});

test('the documentation has its settings', () => {
  const settings = allSettings(kinds);

  expect(settingTables(settings)).toContain(
    '| `PIGEON_KEY` | ingress, worker | yes |  | `providers.pigeon.key` | Key of the loft, which signs receipts |',
  );
  expect(envExample(settings)).toContain('# Name of the loft\n# PIGEON_LOFT=\n');
});
