import type { ProviderProblem, SendResult } from '@sms-gateway/providers';
import type { Permit } from '@sms-gateway/delivery';
import { Registry } from 'prom-client';
import { describe, expect, test, vi } from 'vitest';
import { createHealth } from './create-health.ts';
import { registerHealthMetrics } from './health-metrics.ts';

const ACCEPTED: SendResult = { kind: 'accepted', providerMessageId: undefined };
const throttled = (retryAfterMs?: number): SendResult => ({
  kind: 'throttled',
  code: 'http_429',
  retryAfterMs,
});
const transient = (retryAfterMs?: number): SendResult => ({
  kind: 'transient',
  code: 'http_503',
  retryAfterMs,
});

function setup({
  rateLimitAnswers = [],
  problems = {},
}: {
  rateLimitAnswers?: (Permit | Error)[];
  problems?: Record<string, ProviderProblem>;
} = {}) {
  const clock = { now: 1_000_000 };
  const takePermit = vi.fn(async (): Promise<Permit> => {
    const permit = rateLimitAnswers.shift() ?? { granted: true };
    if (permit instanceof Error) throw permit;
    return permit;
  });
  const health = createHealth({
    providers: ['twilio', 'http'].map((name) => ({ name, problem: () => problems[name] })),
    rateLimits: { twilio: 10 },
    rateLimit: { take: takePermit },
    now: () => clock.now,
    random: () => 0,
  });
  const call = async (result: SendResult, { provider = 'twilio', durationMs = 10 } = {}) => {
    const permit = await health.acquire(provider);
    if (permit === undefined) throw new Error('no permit was given');
    health.report(permit, result, durationMs);
  };
  return { clock, health, takePermit, call };
}

describe('a provider that asks us to slow down', () => {
  test('is left alone for as long as it says, and no other is', async () => {
    const { clock, health, call } = setup();
    await call(throttled(7000));

    expect(health.availableAt('twilio')).toBe(clock.now + 7000);
    expect(health.availableAt('http')).toBe(0);
    expect(await health.acquire('twilio')).toBeUndefined();
    clock.now += 7000;
    expect(await health.acquire('twilio')).toBeDefined();
  });

  test('is left alone with a transient answer that says for how long, too', async () => {
    const { clock, health, call } = setup();
    await call(transient());
    expect(health.availableAt('twilio')).toBe(0);
    await call(transient(3000));

    expect(health.availableAt('twilio')).toBe(clock.now + 3000);
  });

  test('without saying for how long gets a second, then twice as much, up to half a minute', async () => {
    const { clock, health, call } = setup();
    const pauses: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      await call(throttled());
      pauses.push(health.availableAt('twilio') - clock.now);
      clock.now = health.availableAt('twilio');
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);

    await call(ACCEPTED);
    await call(throttled());
    expect(health.availableAt('twilio')).toBe(clock.now + 1000);
  });

  test('for an hour is asked again after five minutes', async () => {
    const { clock, health, call } = setup();
    await call(throttled(3_600_000));

    expect(health.availableAt('twilio')).toBe(clock.now + 300_000);
  });

  test('by several answers at once waits once', async () => {
    const { clock, health } = setup();
    const permits = [await health.acquire('twilio'), await health.acquire('twilio')];
    for (const permit of permits) if (permit) health.report(permit, throttled(), 10);

    expect(health.availableAt('twilio')).toBe(clock.now + 1000);
  });
});

describe('a provider at its rate limit', () => {
  test('is available again when the rate limit permits a message', async () => {
    const { clock, health, takePermit } = setup({ rateLimitAnswers: [{ granted: false, waitMs: 80 }] });

    expect(await health.acquire('twilio')).toBeUndefined();
    expect(takePermit).toHaveBeenCalledWith('twilio', 10);
    expect(health.availableAt('twilio')).toBe(clock.now + 80);
    clock.now += 80;
    expect(await health.acquire('twilio')).toBeDefined();
  });

  test('is still left alone for a second when it asks us to slow down', async () => {
    const { clock, health } = setup({
      rateLimitAnswers: [{ granted: true }, { granted: false, waitMs: 80 }],
    });
    const permit = await health.acquire('twilio');
    await health.acquire('twilio');

    if (permit) health.report(permit, throttled(), 10);

    expect(health.availableAt('twilio')).toBe(clock.now + 1000);
  });

  test('without a limit nobody is asked', async () => {
    const { health, takePermit } = setup();
    await health.acquire('http');

    expect(takePermit).not.toHaveBeenCalled();
  });

  test('keeps no probe that it does not let pass', async () => {
    const { clock, health, call } = setup({
      rateLimitAnswers: [
        ...Array.from({ length: 10 }, (): Permit => ({ granted: true })),
        { granted: false, waitMs: 1 },
        new Error('READONLY'),
      ],
    });
    for (let index = 0; index < 10; index += 1) await call(transient());
    clock.now += 2000;
    expect(await health.acquire('twilio')).toBeUndefined();
    clock.now += 1;
    await expect(health.acquire('twilio')).rejects.toThrow('READONLY');

    expect(await health.acquire('twilio')).toBeDefined();
  });
});

test('an answer after five seconds counts as a failure, a rejected recipient does not', async () => {
  const { health, call } = setup();
  for (let index = 0; index < 10; index += 1) await call({ kind: 'rejected', code: 'twilio_21610' });
  expect(health.snapshot()['twilio']).toMatchObject({ circuit: 'closed', failureRatio: 0 });

  for (let index = 0; index < 10; index += 1) await call(ACCEPTED, { durationMs: 5000 });

  expect(health.snapshot()['twilio']).toMatchObject({
    circuit: 'open',
    isAvailable: false,
    availableInMs: 2000,
  });
  expect(health.snapshot()['http']).toMatchObject({ circuit: 'closed', isAvailable: true, calls: 0 });
});

test('the metrics show it, fresh with every look', async () => {
  const { health, call } = setup();
  const registry = new Registry();
  registerHealthMetrics({ registry, health });
  for (let index = 0; index < 10; index += 1) await call(transient(), { durationMs: 40 });

  const text = await registry.metrics();

  expect(text).toContain('gateway_provider_available{provider="twilio"} 0');
  expect(text).toContain('gateway_provider_available{provider="http"} 1');
  expect(text).toContain('gateway_provider_circuit{provider="twilio",state="open"} 1');
  expect(text).toContain('gateway_provider_circuit{provider="twilio",state="closed"} 0');
  expect(text).toContain('gateway_provider_failure_ratio{provider="twilio"} 1');
  expect(text).toContain('gateway_provider_latency_seconds{provider="twilio",quantile="0.95"} 0.04');
  expect(text).not.toContain('gateway_provider_latency_seconds{provider="http"');
});

test('a provider that nobody configured is a mistake', () => {
  expect(() => setup().health.availableAt('vonage')).toThrow('no provider named vonage');
});

test('shows what a provider says keeps it from sending, and says so where none can send', async () => {
  const registry = new Registry();
  const refused = { reason: 'bind_transceiver is refused: ESME_RINVPASWD', stopsSending: true };
  const problems: Record<string, ProviderProblem> = { http: refused };
  const { health } = setup({ problems });
  registerHealthMetrics({ registry, health });

  expect(health.snapshot()).toMatchObject({
    twilio: { isAvailable: true, reason: undefined },
    http: { isAvailable: false, reason: refused.reason },
  });
  expect(await registry.metrics()).toContain('gateway_provider_available{provider="http"} 0');
  expect(health.standstill()).toBeUndefined();

  problems['twilio'] = { ...refused, reason: 'no receipts', stopsSending: false };
  expect(health.snapshot()).toMatchObject({ twilio: { isAvailable: true, reason: 'no receipts' } });
  expect(health.standstill()).toBeUndefined();

  problems['twilio'] = refused;
  expect(health.standstill()).toBe(`twilio: ${refused.reason}; http: ${refused.reason}`);
});
