import { gatewayKeys } from '@sms-gateway/contract';
import { composeLua } from '@sms-gateway/redis';
import { createGuard, createScreening, createScreeningPlan } from '@sms-gateway/screening';
import { expect, test } from 'vitest';
import { createDisposal } from './support/disposal.ts';
import { BEGIN_MS, createGuardSubject, DAY_MS, type Floors, HOUR_MS } from './support/guard-subject.ts';
import { readCounters } from './support/read-counters.ts';
import { openTestRedis, startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';

const FLOORS: Floors = {
  country: { hour: 1000, day: 1000 },
  ip: { hour: 1000, day: 1000, countries: 3 },
};

test('the best of the last fourteen days counts, and no day before', async () => {
  await using redis = await openTestRedis();
  const floors = { ...FLOORS, country: { hour: 1, day: 1 } };
  const subject = createGuardSubject(redis, 'peak', floors);
  const code = { recipient: '1', connection: 'one', country: 'BD', ip: 'a' };
  const dayMax = async (at: number) =>
    (await subject.send(at, code)).find(({ rule }) => rule === 'guard_country_day')?.max;

  let now = BEGIN_MS;
  for (let index = 0; index < 20; index += 1) {
    now += 60_000;
    await subject.send(now, code);
    expect(await subject.verified(now, 'one', '1')).toBe(1);
  }
  // One a day from then on, eight on the tenth: of the first day's twenty, 0.3 may stay unused, and of these.
  const maxima = [];
  for (let day = 1; day <= 15; day += 1) {
    now = BEGIN_MS + day * DAY_MS;
    maxima.push(await dayMax(now));
    await subject.verified(now, 'one', '1');
    const more = day === 10 ? 7 : 0;
    for (let index = 1; index <= more; index += 1) {
      await subject.send(now + index * 60_000, code);
      await subject.verified(now + index * 60_000, 'one', '1');
    }
  }
  expect(maxima).toEqual([...Array.from({ length: 13 }, () => 6), 2, 2]);
  // What is too old to count is not kept either.
  const { days = {} } = await readCounters(redis, gatewayKeys.counters('country', 'peak-BD'));
  expect(Object.keys(days).map(Number)).not.toContain(Math.floor(BEGIN_MS / DAY_MS));
  expect(Object.keys(days)).toHaveLength(14);
});

test('an hour may have a fifth of a sixth of the best day, though it had no wanted code itself', async () => {
  await using redis = await openTestRedis();
  const subject = createGuardSubject(redis, 'busy', {
    country: { hour: 1, day: 1 },
    ip: { hour: 1, day: 1, countries: 3 },
  });
  const code = { recipient: '1', connection: 'one', country: 'BD', ip: 'a' };
  for (let index = 0; index < 60; index += 1) {
    await subject.send(BEGIN_MS + index * 1000, code);
    await subject.verified(BEGIN_MS + index * 1000, 'one', '1');
  }
  const rules = await subject.send(BEGIN_MS + 3 * HOUR_MS, code);
  expect(Object.fromEntries(rules.map(({ rule, max }) => [rule, max]))).toMatchObject({
    guard_country_hour: 2,
    guard_country_day: 18,
    guard_ip_hour: 2,
    guard_ip_day: 18,
  });
});

test('an address may ask for another country once a day has passed since it asked for the first', async () => {
  await using redis = await openTestRedis();
  const subject = createGuardSubject(redis, 'countries', { ...FLOORS, ip: { ...FLOORS.ip, countries: 2 } });
  const waitFor = async (at: number, country: string) =>
    (await subject.waits(at, { recipient: country, connection: 'one', country, ip: 'a' }))[
      'guard_ip_countries'
    ];

  expect(await waitFor(BEGIN_MS, 'BD')).toBe(0);
  expect(await waitFor(BEGIN_MS + HOUR_MS, 'DE')).toBe(0);
  expect(await waitFor(BEGIN_MS + 3 * HOUR_MS, 'US')).toBe(21 * HOUR_MS);
  expect(await waitFor(BEGIN_MS + 24 * HOUR_MS, 'US')).toBe(0);
});

test('the best of the last fourteen days is forgotten though no code proves wanted any more', async () => {
  await using redis = await openTestRedis();
  const subject = createGuardSubject(redis, 'stale', { ...FLOORS, country: { hour: 1, day: 1 } });
  for (let index = 0; index < 20; index += 1) {
    const at = BEGIN_MS + index * 60_000;
    const code = { recipient: `real${index}`, connection: 'one', country: 'BD', ip: 'a' };
    await subject.send(at, code);
    await subject.verified(at, 'one', code.recipient);
  }
  // One unused a day, as a patient attacker would ask for.
  const maxima = [];
  for (let day = 1; day <= 15; day += 1) {
    const pumped = { recipient: `pumped${day}`, connection: 'one', country: 'BD', ip: `b${day}` };
    const rules = await subject.send(BEGIN_MS + day * DAY_MS + 2 * HOUR_MS, pumped);
    maxima.push(rules.find(({ rule }) => rule === 'guard_country_day')?.max);
  }
  expect(maxima).toEqual([...Array.from({ length: 13 }, () => 6), 1, 1]);
});

test('codes that nobody used do not keep a number from proving later ones wanted', async () => {
  await using redis = await openTestRedis();
  const subject = createGuardSubject(redis, 'pending', FLOORS);
  const code = { recipient: '1', connection: 'one', country: 'BD', ip: 'a' };
  for (let index = 0; index < 120; index += 1) await subject.send(BEGIN_MS + index * 1000, code);
  // Who asks for codes without end does not fill Redis with them.
  const { pending } = await readCounters(redis, gatewayKeys.counters('recipient', 'pending-1'));
  expect(pending).toHaveLength(100);

  const later = BEGIN_MS + 2 * DAY_MS;
  await subject.send(later, code);
  expect(await subject.verified(later + 20_000, 'one', '1')).toBe(1);
});

test('a country is remembered for fifteen days after a wanted code, an address and a number for one', async () => {
  await using redis = await openTestRedis();
  const subject = createGuardSubject(redis, 'life', FLOORS);
  const now = Date.now();
  for (const recipient of ['1', '2']) {
    await subject.send(now, { recipient, connection: 'one', country: 'BD', ip: 'a' });
  }
  await subject.send(now, { recipient: '3', connection: 'one', country: 'DE', ip: 'a' });
  await subject.verified(now, 'one', '1');

  const hoursOf = async (key: string) => Math.round((await redis.pttl(key)) / HOUR_MS);
  expect({
    country: await hoursOf(gatewayKeys.counters('country', 'life-BD')),
    address: await hoursOf(gatewayKeys.counters('ip', 'life-a')),
    number: await hoursOf(gatewayKeys.counters('recipient', 'life-2')),
  }).toEqual({ country: 15 * 24, address: 24, number: 24 });
  const ofAddress = await readCounters(redis, gatewayKeys.counters('ip', 'life-a'));
  expect([ofAddress.days, ofAddress.best]).toEqual([undefined, undefined]);
});

test('how long a rule that only records would hold a code up is reckoned only for an explanation', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  const limit = { rule: 'country_hour', windowMs: HOUR_MS, max: 1, counts: 'messages' } as const;
  const plan = createScreeningPlan(
    (['record', 'enforce'] as const).map((mode) => [{ ...limit, mode }]),
    undefined,
  );
  const waits = composeLua(
    `--- @include "@sms-gateway/screening/screen.lua"
    local request = cjson.decode(ARGV[1])
    screen(request)
    count_screened()
    local waits = {}
    for i, explains in ipairs({ false, true }) do
      for number, state in pairs(screen(request, explains)) do waits[2 * i - 2 + number] = state.wait end
    end
    return waits`,
    new URL(import.meta.url),
  );
  const { request } = createScreening({
    recipientKey: 'nobody',
    blockable: '+8801',
    configuredBlock: undefined,
    plan,
    keys: ['recorded', 'enforced'],
    cost: { segments: 1, price: 0 },
    country: 'DE',
  });
  expect(
    await redis.eval(
      waits,
      0,
      JSON.stringify({ ...request, kind: { ...request.kind, plan: plan.data }, now: BEGIN_MS }),
    ),
  ).toEqual([1, HOUR_MS + 60_000, HOUR_MS + 60_000, HOUR_MS + 60_000]);
});

test('receipts tell of wanted codes until a login does, and no code counts twice', async () => {
  await using redis = await openTestRedis();
  const subject = createGuardSubject(redis, 'receipts', FLOORS);
  const now = BEGIN_MS;
  for (const [recipient, connection] of [
    ['1', 'one'],
    ['2', 'one'],
    ['3', 'two'],
    ['4', 'two'],
  ] as const) {
    await subject.send(now, { recipient, connection, country: 'BD', ip: 'a' });
  }
  // A login that no code was sent for says nothing of what the application tells.
  expect(await subject.verified(now, 'one', '9')).toBe(0);
  for (let copy = 0; copy < 2; copy += 1) await subject.delivered(now, 'one', '1', 1);
  expect(await subject.countsOf('BD')).toEqual({ unused: 3, wanted: 1 });

  // Here the receipt was first.
  expect(await subject.verified(now, 'one', '1')).toBe(1);
  expect(await subject.verified(now, 'one', '1')).toBe(0);
  expect(await subject.countsOf('BD')).toEqual({ unused: 3, wanted: 1 });
  await subject.delivered(now, 'one', '2', 2);
  expect(await subject.countsOf('BD')).toEqual({ unused: 3, wanted: 1 });
  expect(await subject.verified(now, 'one', '2')).toBe(1);
  expect(await subject.countsOf('BD')).toEqual({ unused: 2, wanted: 2 });

  // Each connection has an application of its own.
  await subject.delivered(now, 'two', '3', 3);
  expect(await subject.countsOf('BD')).toEqual({ unused: 1, wanted: 3 });
  const days = (await redis.pttl(gatewayKeys.tellsVerified('one'))) / DAY_MS;
  expect([days > 6.9, days <= 7]).toEqual([true, true]);
});

test('logins told at once, and twice, are credited once between them', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  const subject = createGuardSubject(redis, 'at-once', FLOORS);
  for (let index = 0; index < 20; index += 1) {
    await subject.send(BEGIN_MS + index, { recipient: '1', connection: 'one', country: 'BD', ip: 'a' });
  }
  const clients = Array.from({ length: 8 }, () =>
    createGuard({ redis: disposal.use(openRedis(url)), now: () => BEGIN_MS }),
  );
  const credited = await Promise.all(
    clients.map((guard) => guard.verified('one', 'at-once-1', BEGIN_MS + 1000)),
  );
  expect(credited.toSorted((a, b) => b - a)).toEqual([20, 0, 0, 0, 0, 0, 0, 0]);
  expect(await subject.countsOf('BD')).toEqual({ unused: 0, wanted: 1 });
  expect((await readCounters(redis, gatewayKeys.counters('country', 'at-once-BD'))).best).toBe(1);
});
