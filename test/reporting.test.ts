import { createOverviewReader } from '@sms-gateway/reporting';
import { expect, onTestFinished, test } from 'vitest';
import { auth0Token, freshNumber, postSms } from './support/auth0.ts';
import { startGateway } from './support/gateway.ts';
import { redisContents } from './support/redis-contents.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const HOUR_MS = 3600 * 1000;

async function setup(options: Parameters<typeof startGateway>[0] = {}) {
  const gateway = await startGateway(options);
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  const overviewAt = (now: number) =>
    createOverviewReader({
      redis: gateway.client,
      now: () => now,
    });
  const send = async (recipient = freshNumber()) => {
    const { body } = await postSms(gateway.ingress.url, { body: { recipient } });
    return untilConcluded(gateway.client, body['id']);
  };
  return {
    ...gateway,
    send,
    read: (query: { lengthMs?: number; country?: string } = {}) =>
      overviewAt(Date.now())({ lengthMs: query.lengthMs ?? HOUR_MS, country: query.country }),
    readLater: (ms: number) => overviewAt(Date.now() + ms)({ lengthMs: HOUR_MS, country: undefined }),
  };
}

test('shows what was accepted, sent and refused, by country and provider', async () => {
  const { send, read, startWorker, ingress } = await setup({
    env: { ALLOWED_COUNTRIES: 'US,DE' },
    respond: (response, { body }) => {
      const isGerman = body.includes('+49');
      response.writeHead(isGerman ? 500 : 200).end('{"id":"p-1"}');
    },
  });
  await startWorker({ MESSAGE_TTL: '2s' });
  await send();
  await send();
  const { body } = await postSms(ingress.url, { body: { recipient: '+4915112345678' } });
  expect(body['status']).toBe('queued');
  expect((await postSms(ingress.url, { body: { recipient: '+33612345678' } })).status).toBe(403);
  expect(
    (
      await postSms(ingress.url, {
        token: await auth0Token({ secret: 'another-secret-of-32-bytes-or-more' }),
      })
    ).status,
  ).toBe(401);

  const overview = await until(async () => {
    const answer = await read();
    expect(answer.totals).toMatchObject({ accepted: 3, sent: 2, refused: 2 });
    expect(answer.providers[0]?.results['transient']).toBeGreaterThan(0);
    expect(answer.providers[0]?.lastError).not.toBeNull();
    expect(answer.workers).toHaveLength(1);
    return answer;
  });

  expect(overview.providers).toMatchObject([
    {
      name: 'http',
      // The circuit breaker may have opened meanwhile.
      isAvailable: expect.any(Boolean),
      results: { accepted: 2 },
      lastError: { words: expect.stringContaining('500'), at: expect.any(String) },
    },
  ]);
  expect(overview.countries).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ country: 'US', accepted: 2, sent: 2 }),
      expect.objectContaining({ country: 'DE', accepted: 1, sent: 0 }),
    ]),
  );
  expect(overview.refusals).toEqual(
    expect.arrayContaining([
      { reason: 'unauthenticated', refused: 1, recorded: 0 },
      { reason: 'allowed_countries', refused: 1, recorded: 0 },
    ]),
  );
  expect(overview.acceptToSent.p95Ms).toBeGreaterThan(0);
  expect(overview.limits.length).toBeGreaterThan(3);
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  expect(overview.series.accepted).toHaveLength(60);
  expect(sum(overview.series.accepted)).toBe(3);

  const german = await read({ country: 'DE' });
  expect(german.totals).toMatchObject({ accepted: 1, sent: 0 });
  expect(german.providers[0]?.results).not.toHaveProperty('accepted');
  const days = await read({ lengthMs: 72 * HOUR_MS });
  expect(days.series.accepted).toHaveLength(72);
  expect(sum(days.series.accepted)).toBe(3);
});

test('a process that ends is forgotten, but its counts are kept', async () => {
  const { send, read, readLater, startWorker } = await setup();
  const worker = await startWorker();
  await send();
  await until(async () => expect((await read()).workers).toHaveLength(1));

  await worker[Symbol.asyncDispose]();

  await until(async () => expect((await read()).workers).toEqual([]));
  expect((await read()).totals.sent).toBe(1);
  expect((await readLater(2 * HOUR_MS)).totals.sent).toBe(0);
});

test('receipts and used codes are counted', async () => {
  const { read, startWorker, ingress, client } = await setup({ env: { PROVIDERS: 'simulator' } });
  await startWorker();
  const message = async (recipient: string) => {
    const { body } = await postSms(ingress.url, { body: { recipient } });
    await untilConcluded(client, body['id']);
  };
  await message('+14155550156');
  await message('+14155550106');
  await fetch(`${ingress.url}/v1/connections/default/verified`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await auth0Token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ recipient: '+14155550156' }),
  });

  const { countries, providers } = await until(async () => {
    const answer = await read();
    expect(answer.totals).toMatchObject({ delivered: 1, undelivered: 1 });
    expect(answer.countries[0]?.verified).toBe(1);
    return answer;
  });

  expect(countries).toMatchObject([{ country: 'US', delivered: 1, undelivered: 1, verified: 1 }]);
  expect(providers).toMatchObject([{ name: 'simulator', delivered: 1, undelivered: 1 }]);
});

test('roll-ups contain no number, and expire after three days', async () => {
  const { send, read, startWorker, client } = await setup();
  await startWorker();
  await send('+14155550123');
  await until(async () => expect((await read()).totals.sent).toBe(1));

  const keys = await client.keys('{gateway}:rollup:*');
  expect(keys.length).toBeGreaterThan(1);
  for (const key of keys) expect(await client.pttl(key)).toBeLessThanOrEqual(72 * HOUR_MS);
  expect(await redisContents(client)).not.toContain('4155550123');
});
