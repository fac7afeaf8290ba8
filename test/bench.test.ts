import { describeLimits } from '@sms-gateway/screening';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { fillSharedWindows } from '../packages/bench/src/full-windows.ts';
import { createGatewayInProcess, ingressConfig } from '../packages/bench/src/gateway-in-process.ts';
import { raisedLimits } from '../packages/bench/src/raised-limits.ts';
import { startTestRedis } from './support/test-redis.ts';

const MESSAGE = { recipient: '+14155550123', ip: '203.0.113.7', text: 'Your verification code is 123456' };

it('raises every limit that is on by default, and leaves none out', () => {
  const limitsOf = (yaml?: string) =>
    describeLimits(ingressConfig({ screening: 'on', ...(yaml !== undefined && { yaml }) }).connection, 'on');
  const raised = limitsOf(raisedLimits());

  expect(raised.map(({ rule }) => rule)).toEqual(limitsOf().map(({ rule }) => rule));
  expect(raised.filter(({ max }) => !max.startsWith('1000000000 '))).toEqual([]);
});

it('fills every window that all messages share, and no maximum of the benchmark is reached', async () => {
  await using redis = await startTestRedis();
  const client = new Redis(redis.url);
  try {
    await fillSharedWindows({ client });
    const raised = createGatewayInProcess(client, { screening: 'on', yaml: raisedLimits() });
    expect((await raised.accept(MESSAGE)).answer).toMatchObject({ kind: 'accepted', reached: [] });

    // Sixty in the last hour, and sixty more in the last day.
    const scopes = ['country', 'connection', 'overall'];
    const strict = createGatewayInProcess(client, {
      screening: 'on',
      yaml: JSON.stringify({
        limits: Object.fromEntries(scopes.map((scope) => [scope, { hour: 59, day: 119 }])),
        spend: { segments: 119 },
      }),
    });
    const { answer } = await strict.accept({ ...MESSAGE, text: 'Your verification code is 654321' });
    expect(answer.kind === 'limited' && answer.reached.map(({ rule }) => rule)).toEqual([
      'country_hour',
      'country_day',
      'connection_hour',
      'connection_day',
      'overall_hour',
      'overall_day',
      'spend_overall_segments',
      'guard_country_hour',
      'guard_country_day',
    ]);
  } finally {
    client.disconnect();
  }
});
