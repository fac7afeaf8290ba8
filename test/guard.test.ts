import { gatewayKeys } from '@sms-gateway/contract';
import { createGuard, createScreeningPlan, GUARD_RULES, type GuardPlan } from '@sms-gateway/queue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDisposal } from './support/disposal.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BEGIN_MS = Date.UTC(2026, 8, 1);

type Code = { recipient: string; connection: string; country: string; ip: string };
type Sent = Code & { at: number; isUnused: boolean; wantedAt: number | undefined };
type RuleState = { rule: string; counted: number; max: number; isReached: boolean };

/** The guard alone, enforcing, in scripts that are given the time. */
function createSubject(redis: ReturnType<typeof openRedis>, name: string, floors: Floors) {
  const plan: GuardPlan = { mode: 'enforce', hasIp: true, ...floors };
  const script = `
    ${createScreeningPlan([], plan).lua}
    local screened, states, is_refused = screen(1, 1), {}, false
    for number, rule in pairs(screened.rules) do
      states[#states + 1] = { number, rule[2], rule[3], rule[4] }
      is_refused = is_refused or rule[4] > 0
    end
    if not is_refused then keep(screened, ARGV[7]) end
    return states
  `;
  let now = BEGIN_MS;
  const guard = createGuard({ redis, now: () => now });
  const own = (part: string) => `${name}-${part}`;
  let sent = 0;
  return {
    async send(at: number, { recipient, connection, country, ip }: Code): Promise<RuleState[]> {
      sent += 1;
      const keys = [
        gatewayKeys.pending(own(recipient)),
        gatewayKeys.guard('country', own(country)),
        gatewayKeys.guard('ip', own(ip)),
        gatewayKeys.guard('ip-countries', own(ip)),
      ];
      const args = [at, 1, 0, connection, own(country), own(ip), `${name}-${sent}`];
      const states = (await redis.eval(script, keys.length, ...keys, ...args)) as number[][];
      return states
        .toSorted(([a = 0], [b = 0]) => a - b)
        .map(([number = 0, counted = 0, max = 0, wait = 0]) => ({
          rule: GUARD_RULES[number - 1] ?? '',
          counted,
          max,
          isReached: wait > 0,
        }));
    },
    verified(at: number, connection: string, recipient: string): Promise<number> {
      now = at;
      return guard.verified(connection, own(recipient), at);
    },
    /** A receipt for the nth code that was sent, which went to this number. */
    async delivered(at: number, connection: string, recipient: string, nth: number): Promise<void> {
      now = at;
      const id = `${name}-${nth}`;
      await redis.hset(gatewayKeys.trace(id), { connection, recipient_key: own(recipient) });
      await guard.delivered(id);
    },
    /** What counts of a country within a day. */
    async countsOf(country: string): Promise<{ unused: number; wanted: number }> {
      const [unused, wanted] = await redis.hmget(
        gatewayKeys.guard('country', own(country)),
        'ud:sum',
        'wd:sum',
      );
      return { unused: Number(unused), wanted: Number(wanted) };
    },
  };
}

type Floors = {
  country: { hour: number; day: number };
  ip: { hour: number; day: number; countries: number };
};

/** The same said plainly: everything that happened is kept, and counted anew for every question. */
function createModel({ country: countryFloors, ip: ipFloors }: Floors) {
  const sent: Sent[] = [];
  /** When an address last asked for a code to a country that nobody has logged in with since. */
  const asked = new Map<string, Map<string, number>>();
  const dayOf = (at: number) => Math.floor(at / DAY_MS);
  /** A window is counted in sixtieths, the one that is under way being one more. */
  const isWithin = (windowMs: number, at: number, now: number) =>
    Math.floor(at / (windowMs / 60)) >= Math.floor(now / (windowMs / 60)) - 60;

  function figures(codes: Sent[], now: number) {
    const unused = (windowMs: number) =>
      codes.filter(({ at, isUnused }) => isUnused && isWithin(windowMs, at, now)).length;
    const wantedAts = codes.flatMap(({ wantedAt }) => wantedAt ?? []);
    const wanted = (windowMs: number) => wantedAts.filter((at) => isWithin(windowMs, at, now)).length;
    const days = wantedAts.map(dayOf).filter((day) => day > dayOf(now) - 14);
    const peak = Math.max(0, ...days.map((day) => days.filter((other) => other === day).length));
    return { unused, wanted, peak };
  }

  function rulesFor(now: number, { country, ip }: Code): RuleState[] {
    const ofCountry = figures(
      sent.filter((code) => code.country === country),
      now,
    );
    const ofIp = figures(
      sent.filter((code) => code.ip === ip),
      now,
    );
    const others = [...(asked.get(ip) ?? [])].filter(([name, at]) => name !== country && at + DAY_MS > now);
    const budget = (rule: string, counted: number, floor: number, share: number): RuleState => {
      const max = Math.floor(Math.max(floor, share));
      return { rule, counted, max, isReached: counted + 1 > max };
    };
    const { peak, wanted } = ofCountry;
    return [
      budget(
        'guard_country_hour',
        ofCountry.unused(HOUR_MS),
        countryFloors.hour,
        Math.max(peak / 6, wanted(HOUR_MS)) * 0.2,
      ),
      budget(
        'guard_country_day',
        ofCountry.unused(DAY_MS),
        countryFloors.day,
        Math.max(peak, wanted(DAY_MS)) * 0.3,
      ),
      budget('guard_ip_hour', ofIp.unused(HOUR_MS), ipFloors.hour, (ofIp.wanted(DAY_MS) / 6) * 0.2),
      budget('guard_ip_day', ofIp.unused(DAY_MS), ipFloors.day, ofIp.wanted(DAY_MS) * 0.3),
      {
        rule: 'guard_ip_countries',
        counted: others.length,
        max: ipFloors.countries,
        isReached: others.length >= ipFloors.countries,
      },
    ];
  }

  return {
    send(now: number, code: Code): RuleState[] {
      const rules = rulesFor(now, code);
      if (rules.some(({ isReached }) => isReached)) return rules;
      sent.push({ ...code, at: now, isUnused: true, wantedAt: undefined });
      const countries = asked.get(code.ip) ?? new Map<string, number>();
      asked.set(code.ip, countries.set(code.country, now));
      return rules;
    },
    verified(now: number, connection: string, recipient: string): number {
      const wanted = sent.filter(
        (code) =>
          code.recipient === recipient &&
          code.connection === connection &&
          code.isUnused &&
          code.at > now - DAY_MS,
      );
      const newest = wanted.at(-1);
      if (newest) newest.wantedAt = now;
      for (const code of wanted) {
        code.isUnused = false;
        asked.get(code.ip)?.delete(code.country);
      }
      return wanted.length;
    },
  };
}

const gap = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 10 * 60_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 2 * HOUR_MS }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 * HOUR_MS }) },
);
const event = fc.record({
  gap,
  recipient: fc.integer({ min: 0, max: 7 }),
  ip: fc.constantFrom('a', 'b'),
  connection: fc.constantFrom('one', 'one', 'two'),
  logsIn: fc.boolean(),
});
/** A number is of one country. */
const countryOf = (recipient: number) => ['BD', 'DE', 'US'][recipient % 3] ?? '';

test('the guard weighs every code as a plain account of all that happened does, over hours, days and weeks', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  let run = 0;
  const seen = new Set<string>();

  await fc.assert(
    fc.asyncProperty(
      fc.record({
        country: fc.record({ hour: fc.integer({ min: 1, max: 5 }), day: fc.integer({ min: 2, max: 9 }) }),
        ip: fc.record({
          hour: fc.integer({ min: 1, max: 5 }),
          day: fc.integer({ min: 2, max: 9 }),
          countries: fc.integer({ min: 1, max: 3 }),
        }),
      }),
      fc.array(event, { minLength: 30, maxLength: 120 }),
      async (floors, events) => {
        run += 1;
        const subject = createSubject(redis, `run${run}`, floors);
        const model = createModel(floors);
        let now = BEGIN_MS;
        for (const { gap: gapMs, recipient, ip, connection, logsIn } of events) {
          now += gapMs;
          const code = { recipient: String(recipient), connection, country: countryOf(recipient), ip };
          const expected = model.send(now, code);
          expect(await subject.send(now, code)).toEqual(expected);
          for (const { rule, isReached } of expected) if (isReached) seen.add(rule);
          if (!logsIn) continue;
          now += 20_000;
          expect(await subject.verified(now, connection, code.recipient)).toBe(
            model.verified(now, connection, code.recipient),
          );
        }
      },
    ),
    { numRuns: 40 },
  );
  expect([...seen].toSorted()).toEqual([...GUARD_RULES].toSorted());
});

/** What proved wanted on the day of a time. */
const dayField = (at: number) => `p:${Math.floor(at / DAY_MS)}`;

const FLOORS: Floors = {
  country: { hour: 1000, day: 1000 },
  ip: { hour: 1000, day: 1000, countries: 3 },
};

test('the best of the last fourteen days counts, and no day before', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  const floors = { ...FLOORS, country: { hour: 1, day: 1 } };
  const subject = createSubject(redis, 'peak', floors);
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
    for (let more = 1; day === 10 && more < 8; more += 1) {
      await subject.send(now + more * 60_000, code);
      await subject.verified(now + more * 60_000, 'one', '1');
    }
  }
  expect(maxima).toEqual([...Array.from({ length: 13 }, () => 6), 2, 2]);
  // What is too old to count is not kept either.
  expect(await redis.hexists(gatewayKeys.guard('country', 'peak-BD'), dayField(BEGIN_MS))).toBe(0);
});

test('the best of the last fourteen days is forgotten though no code proves wanted any more', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  const subject = createSubject(redis, 'stale', { ...FLOORS, country: { hour: 1, day: 1 } });
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
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  const subject = createSubject(redis, 'pending', FLOORS);
  const code = { recipient: '1', connection: 'one', country: 'BD', ip: 'a' };
  for (let index = 0; index < 120; index += 1) await subject.send(BEGIN_MS + index * 1000, code);

  const later = BEGIN_MS + 2 * DAY_MS;
  await subject.send(later, code);
  expect(await subject.verified(later + 20_000, 'one', '1')).toBe(1);
});

test('a country is remembered for fifteen days after a wanted code, an address and a number for one', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  const subject = createSubject(redis, 'life', FLOORS);
  const now = Date.now();
  for (const recipient of ['1', '2']) {
    await subject.send(now, { recipient, connection: 'one', country: 'BD', ip: 'a' });
  }
  await subject.send(now, { recipient: '3', connection: 'one', country: 'DE', ip: 'a' });
  await subject.verified(now, 'one', '1');

  const hoursOf = async (key: string) => Math.round((await redis.pttl(key)) / HOUR_MS);
  expect({
    country: await hoursOf(gatewayKeys.guard('country', 'life-BD')),
    address: await hoursOf(gatewayKeys.guard('ip', 'life-a')),
    countriesOfAddress: await hoursOf(gatewayKeys.guard('ip-countries', 'life-a')),
    number: await hoursOf(gatewayKeys.pending('life-2')),
  }).toEqual({ country: 15 * 24, address: 24, countriesOfAddress: 24, number: 24 });
  const ofAddress = await redis.hkeys(gatewayKeys.guard('ip', 'life-a'));
  expect(ofAddress.filter((field) => /^(p:|best|wh:)/.test(field))).toEqual([]);
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
  const waits = `
    ${plan.lua}
    keep(screen(1, 1))
    local waits = {}
    for i, explains in ipairs({ false, true }) do
      for number, rule in pairs(screen(1, 1, explains).rules) do waits[2 * i - 2 + number] = rule[4] end
    end
    return waits
  `;
  expect(await redis.eval(waits, 2, 'recorded', 'enforced', BEGIN_MS, 1, 0)).toEqual([
    1,
    HOUR_MS + 60_000,
    HOUR_MS + 60_000,
    HOUR_MS + 60_000,
  ]);
});

test('receipts tell of wanted codes until a login does, and no code counts twice', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  const subject = createSubject(redis, 'receipts', FLOORS);
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
  const subject = createSubject(redis, 'at-once', FLOORS);
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
});
