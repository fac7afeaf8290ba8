import { writeFile } from 'node:fs/promises';
import { gatewayKeys } from '@sms-gateway/contract';
import { describe, expect, test } from 'vitest';
import { freshNumber, freshText, postSms } from './support/auth0.ts';
import { writeConfig } from './support/config-file.ts';
import { createDisposal } from './support/disposal.ts';
import { startGateway } from './support/gateway.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { series } from './support/series.ts';
import { redisContents } from './support/redis-contents.ts';

const YAML = `
limits:
  recipient: { hour: 2, cooldown: off }
  ip: { day: 3 }
connections:
  default: { secrets: ['${SECRET}'], audience: '${AUDIENCE}' }
  strict: { secrets: ['${SECRET}'], audience: '${AUDIENCE}', limits: { recipient: { hour: 1 }, ip: { day: off } } }
  free: { secrets: ['${SECRET}'], audience: '${AUDIENCE}', limits: { recipient: { hour: off }, ip: { day: off }, connection: { minute: 4 } } }
`;

async function setup(yaml = YAML) {
  const disposal = createDisposal();
  const file = disposal.use(await writeConfig(yaml));
  const env = { GATEWAY_CONFIG: file.path, AUTH0_SECRET: '' };
  const gateway = disposal.use(await startGateway({ env }));
  const post = (recipient: string, options: { body?: object; path?: string; url?: string } = {}) =>
    postSms(options.url ?? gateway.ingress.url, {
      ...(options.path !== undefined && { path: options.path }),
      body: { recipient, ...options.body },
    });
  return { gateway, env, post, [Symbol.asyncDispose]: () => disposal.dispose() };
}

describe('POST /v1/sms', () => {
  test('answers 429 with the time to wait, once a number has had its codes, and takes others', async () => {
    await using bundle = await setup();
    const recipient = freshNumber();
    const answers = [];
    for (let index = 0; index < 3; index += 1) answers.push(await bundle.post(recipient));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const [, , refused] = answers;
    const retryAfter = Number(refused?.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(3500);
    expect(retryAfter).toBeLessThanOrEqual(3660);
    expect(refused?.headers.get('content-type')).toBe('application/problem+json');
    expect(refused?.body).toMatchObject({ type: 'urn:sms-gateway:problem:limit-reached', status: 429 });
    expect(JSON.stringify(refused?.body)).not.toContain(recipient.slice(-4));
    expect((await bundle.post(freshNumber())).status).toBe(200);

    const metrics = await bundle.gateway.ingress.metrics();
    const name = 'gateway_screened_total{connection="default",rule="recipient_hour",decision="refused"}';
    expect(series(metrics, name)).toBe(1);
    expect(series(metrics, 'gateway_requests_total{connection="default",status="429"}')).toBe(1);
  });

  test('counts for all processes and connections together, under keys that tell no number and no address', async () => {
    await using bundle = await setup();
    const other = await bundle.gateway.startIngress(bundle.env);
    await expect.poll(async () => (await other.ready()).status).toBe(200);
    const recipient = freshNumber();
    const body = { req: { ip: '203.0.113.77' } };
    expect((await bundle.post(recipient, { body })).status).toBe(200);
    expect((await bundle.post(recipient, { body, url: other.url })).status).toBe(200);
    expect((await bundle.post(recipient, { body, url: other.url })).status).toBe(429);
    // Stricter, and counted with what the others took.
    expect((await bundle.post(recipient, { path: '/v1/connections/strict/sms' })).status).toBe(429);

    const contents = await redisContents(bundle.gateway.client);
    expect(contents).toContain(':counters:recipient:');
    expect(contents).not.toContain(recipient.slice(1));
    expect(contents).not.toContain('203.0.113.77');
  });

  test('a repeat costs nothing, and neither does what was refused', async () => {
    await using bundle = await setup();
    const [first, second] = [freshNumber(), freshNumber()];
    const body = { body: freshText() };
    for (let index = 0; index < 5; index += 1) {
      expect((await bundle.post(first, { body })).body['status']).toBe(index === 0 ? 'queued' : 'duplicate');
    }
    const newest = { body: freshText() };
    expect((await bundle.post(first, { body: newest })).status).toBe(200);
    expect((await bundle.post(first)).status).toBe(429);
    // Still a repeat, though there is no room for anything new.
    expect((await bundle.post(first, { body: newest })).status).toBe(200);

    // Refused for the number, so not counted for the address.
    const ip = { req: { ip: '203.0.113.78' } };
    for (let index = 0; index < 4; index += 1) await bundle.post(first, { body: ip });
    for (const recipient of [second, freshNumber(), freshNumber()]) {
      expect((await bundle.post(recipient, { body: ip })).status).toBe(200);
    }
    expect((await bundle.post(freshNumber(), { body: ip })).body['detail']).toContain('ip_day');
  });

  test('after the repeat window a message is another one, and counted anew', async () => {
    await using bundle = await setup();
    const { client } = bundle.gateway;
    const recipient = freshNumber();
    const body = { body: freshText() };
    const { body: queued } = await bundle.post(recipient, { body });
    // The end of the window, before it comes.
    await client.del(await client.keys(gatewayKeys.newest('*')));

    const { body: again } = await bundle.post(recipient, { body });

    expect(again).toMatchObject({ status: 'queued' });
    expect(again['id']).not.toBe(queued['id']);
    expect((await bundle.post(recipient)).status).toBe(429);
  });

  test('an IPv6 user is one, whatever addresses of the network come', async () => {
    await using bundle = await setup();
    const statuses = [];
    for (const ip of [
      '2001:db8:0:1::1',
      '2001:db8:0:1:ffff::2',
      '2001:DB8::1:0:0:0:3',
      '2001:db8:0:1::4',
      '2001:db8:0:2::1',
    ]) {
      statuses.push((await bundle.post(freshNumber(), { body: { req: { ip } } })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 200]);
  });

  test('a connection has its own limits where it says so, and what it switches off is off', async () => {
    await using bundle = await setup();
    const path = '/v1/connections/free/sms';
    const recipient = freshNumber();
    const statuses = [];
    for (let index = 0; index < 5; index += 1) statuses.push((await bundle.post(recipient, { path })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    expect((await bundle.post(freshNumber(), { path })).body['detail']).toContain('connection_minute');
    expect((await bundle.post(freshNumber())).status).toBe(200);
  });

  test.each(['record', 'off'])(
    'SCREENING=%s refuses nothing; what would have been is counted or not',
    async (screening) => {
      await using bundle = await setup(`screening: ${screening}\n${YAML}`);
      const recipient = freshNumber();
      for (let index = 0; index < 4; index += 1) expect((await bundle.post(recipient)).status).toBe(200);
      const metrics = await bundle.gateway.ingress.metrics();
      const name = 'gateway_screened_total{connection="default",rule="recipient_hour",decision="recorded"}';
      expect(series(metrics, name)).toBe(screening === 'record' ? 2 : 0);
    },
  );

  test('limits change without a restart', async () => {
    await using disposal = createDisposal();
    const file = disposal.use(await writeConfig(YAML));
    const gateway = disposal.use(
      await startGateway({ env: { GATEWAY_CONFIG: file.path, AUTH0_SECRET: '' } }),
    );
    const recipient = freshNumber();
    const post = async () => (await postSms(gateway.ingress.url, { body: { recipient } })).status;
    expect([await post(), await post(), await post()]).toEqual([200, 200, 429]);
    await writeFile(file.path, YAML.replace('hour: 2', 'hour: 3'));
    gateway.ingress.reload();
    await gateway.ingress.untilLog('config.reloaded');
    expect([await post(), await post()]).toEqual([200, 429]);
  });

  test('with Redis away a message is answered 503, and not let through uncounted', async () => {
    await using disposal = createDisposal();
    const file = disposal.use(await writeConfig(YAML));
    const gateway = disposal.use(
      await startGateway({ env: { GATEWAY_CONFIG: file.path, AUTH0_SECRET: '' }, mustControl: true }),
    );
    await gateway.redis.kill();
    expect((await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } })).status).toBe(503);
  });
});
