import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundleService } from '../packages/bundle/src/bundle-service.ts';
import { NODE_SETTINGS } from '../packages/process/src/index.ts';
import { postSms } from './support/auth0.ts';
import { startIngressProcess, startWorkerProcess } from './support/processes.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const EVERY_SDK = {
  PROVIDERS: 'console,http,twilio,aws,infobip,plivo,sinch,telnyx,vonage',
  HTTP_PROVIDER_URL: 'http://127.0.0.1:9/',
  HTTP_PROVIDER_TOKEN: 'token',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+14155550100',
  AWS_REGION: 'eu-west-1',
  AWS_SMS_ORIGINATION_IDENTITY: '+14155550100',
  INFOBIP_BASE_URL: 'https://xxxxx.api.infobip.com',
  INFOBIP_API_KEY: 'key',
  INFOBIP_FROM: 'Example',
  PLIVO_AUTH_ID: 'id',
  PLIVO_AUTH_TOKEN: 'token',
  PLIVO_FROM: '+14155550100',
  SINCH_SERVICE_PLAN_ID: 'plan',
  SINCH_API_TOKEN: 'token',
  SINCH_REGION: 'us',
  SINCH_FROM: 'Example',
  TELNYX_API_KEY: 'key',
  TELNYX_FROM: '+14155550100',
  VONAGE_API_KEY: 'key',
  VONAGE_API_SECRET: 'secret',
  VONAGE_FROM: 'Example',
};

test('the bundles of the images carry a code, with every provider loaded and nothing installed beside them', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sms-gateway-bundle-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const [ingressFile, workerFile] = await Promise.all(
    (['ingress', 'worker'] as const).map(async (service) => {
      await bundleService(service, join(directory, service));
      return join(directory, service, 'dist/main.js');
    }),
  );
  const files = await readdir(join(directory, 'worker/dist'));
  const [map = ''] = files.filter((file) => /^start-worker-.*\.map$/.test(file));
  expect(await readFile(join(directory, 'worker/dist', map), 'utf8')).toContain(
    'services/worker/src/start-worker.ts"',
  );

  await using redis = await startTestRedis({});
  using client = openRedis(redis.url);
  await using ingress = await startIngressProcess({ REDIS_URL: redis.url }, ingressFile);
  await using worker = await startWorkerProcess({ REDIS_URL: redis.url, ...EVERY_SDK }, workerFile);
  await until(async () => expect((await ingress.ready()).status).toBe(200));
  await until(async () => expect((await worker.ready()).status).toBe(200));

  const { status, body } = await postSms(ingress.url);
  expect(status).toBe(200);
  expect(await untilConcluded(client, body['id'])).toMatchObject({ outcome: 'sent' });
});

test('the images start the services with the settings that npm start and the benchmarks use', async () => {
  const dockerfile = await readFile(new URL('../Dockerfile', import.meta.url), 'utf8');

  expect(dockerfile).toContain(
    `CMD ${JSON.stringify(['node', ...NODE_SETTINGS.flags, 'dist/main.js']).replaceAll(',', ', ')}`,
  );
  for (const [name, value] of Object.entries(NODE_SETTINGS.env))
    expect(dockerfile).toMatch(new RegExp(`^ENV .*\\b${name}=${value}\\b`, 'm'));
});
