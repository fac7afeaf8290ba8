import { GUARD_RULES } from '@sms-gateway/screening';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BEGIN_MS,
  type Code,
  createGuardSubject,
  DAY_MS,
  type Floors,
  HOUR_MS,
  type RuleState,
} from './support/guard-subject.ts';
import { openTestRedis } from './support/test-redis.ts';

type Sent = Code & { at: number; isUnused: boolean; wantedAt: number | undefined };

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
  await using redis = await openTestRedis();
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
        const subject = createGuardSubject(redis, `run${run}`, floors);
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
