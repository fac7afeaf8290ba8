import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { composeLua } from '@sms-gateway/redis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDisposal } from './support/disposal.ts';
import { openTestRedis, startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';
import { guardChild } from './support/guardian.ts';

const ASKER = fileURLToPath(new URL('support/limit-asker.mjs', import.meta.url));

const WINDOWED_COUNTER_LUA = composeLua(
  '--- @include "@sms-gateway/screening/windowed-counter.lua"',
  new URL(import.meta.url),
);

/** The limiter alone, with a clock that the test holds. */
const ASK = `
  ${WINDOWED_COUNTER_LUA}
  local now, window, max, n = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4] or 1)
  local shapes = { { 'w:', window } }
  local counters = look(now, KEYS[1], shapes)
  local wait = wait_for(now, KEYS[1], shapes[1], counters[1], max, n)
  if wait == 0 then add(now, KEYS[1], shapes, counters, n) end
  save_counters()
  return wait
`;

test('within any window there are never more messages than the limit, and room is where it says', async () => {
  await using redis = await openTestRedis();
  let run = 0;

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1000, 60_000, 3_600_000),
      fc.integer({ min: 1, max: 12 }),
      fc.array(
        // Around the end of the window, where a part more or less shows, as often as anywhere.
        fc.oneof(
          fc.double({ min: 0, max: 0.7, noNaN: true }),
          fc.double({ min: 0.97, max: 1.03, noNaN: true }),
        ),
        { minLength: 1, maxLength: 60 },
      ),
      async (windowMs, max, gaps) => {
        run += 1;
        const key = `limit:${run}`;
        const ask = async (now: number) => Number(await redis.eval(ASK, 1, key, now, windowMs, max));
        const granted: number[] = [];
        let now = 1_700_000_000_000;
        for (const gap of gaps) {
          now += Math.round(gap * windowMs);
          const lately = (span: number) => granted.filter((at) => at > now - span).length;
          const inWindow = lately(windowMs);
          const inLongest = lately(windowMs + windowMs / 60);
          const wait = await ask(now);
          if (wait === 0) {
            expect(inWindow).toBeLessThan(max);
            granted.push(now);
          } else {
            // Refused for a sixtieth of the window longer than need be, at most.
            expect(inLongest).toBeGreaterThanOrEqual(max);
            expect(wait).toBeLessThanOrEqual(windowMs + windowMs / 60 + 1);
            now += wait;
            expect(await ask(now)).toBe(0);
            granted.push(now);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

const OPERATE = `
  ${WINDOWED_COUNTER_LUA}
  local op, now, window, n = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local shapes = { { 'w:', window }, { 'other:', window * 2 } }
  if op == 'count' then add(now, KEYS[1], shapes, look(now, KEYS[1], shapes), n) end
  if op == 'uncount' then take_back(now, KEYS[1], shapes[1], tonumber(ARGV[5]), n) end
  save_counters()
  return look(now, KEYS[1], shapes)[1][2]
`;

test('the sum is what came within the window, and at most a sixtieth of it more, whatever is counted and taken back', async () => {
  await using redis = await openTestRedis();
  let run = 0;
  const operation = fc.record({
    op: fc.constantFrom('count', 'count', 'uncount', 'look'),
    // Within a window, from a few parts to nearly all of them.
    gap: fc.oneof(...[0.4, 0.03].map((max) => fc.double({ min: 0, max, noNaN: true }))),
    n: fc.integer({ min: 1, max: 5 }),
    which: fc.nat(),
  });

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1000, 3_600_000, 86_400_000),
      fc.array(operation, { minLength: 1, maxLength: 60 }),
      async (windowMs, operations) => {
        run += 1;
        const counted: { at: number; left: number }[] = [];
        let now = 1_700_000_000_000;
        for (const { op, gap, n, which } of operations) {
          now += Math.round(gap * windowMs);
          const taken = op === 'uncount' ? counted[which % Math.max(1, counted.length)] : undefined;
          const less = Math.min(n, taken?.left ?? 0);
          if (op === 'count') counted.push({ at: now, left: n });
          if (taken !== undefined) taken.left -= less;
          const name = op === 'uncount' && less === 0 ? 'look' : op;
          const sum = Number(
            await redis.eval(
              OPERATE,
              1,
              `sum:${run}`,
              name,
              now,
              windowMs,
              op === 'count' ? n : less,
              taken?.at ?? 0,
            ),
          );
          const within = (span: number) =>
            counted.filter(({ at }) => at > now - span).reduce((total, { left }) => total + left, 0);
          expect(sum).toBeGreaterThanOrEqual(within(windowMs));
          expect(sum).toBeLessThanOrEqual(within(windowMs + windowMs / 60));
        }
      },
    ),
    { numRuns: 80 },
  );
});

test('room for several is where it says, and what never fits waits for the whole window', async () => {
  await using redis = await openTestRedis();
  const at = 1_700_000_040_000;
  const ask = async (second: number, n: number) =>
    Number(await redis.eval(ASK, 1, 'several', at + second * 1000, 60_000, 4, n));

  expect([await ask(0, 1), await ask(10, 2), await ask(20, 1)]).toEqual([0, 0, 0]);
  // Within a window of 61 parts: one fits once the first second has gone, two or three once the eleventh, four after all.
  expect([await ask(30, 1), await ask(30, 2), await ask(30, 3), await ask(30, 4)]).toEqual([
    31_000, 41_000, 41_000, 51_000,
  ]);
  expect(await ask(30, 5)).toBe(60_000);
  expect(await ask(70, 3)).toBeGreaterThan(0);
  expect(await ask(71, 3)).toBe(0);
});

test('many clients at once get no more than the limit between them', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const clients = Array.from({ length: 8 }, () => disposal.use(openRedis(url)));
  const waits = await Promise.all(
    clients.flatMap((client) =>
      Array.from({ length: 40 }, async () =>
        Number(await client.eval(ASK, 1, 'shared', 1_700_000_000_000, 60_000, 100)),
      ),
    ),
  );
  expect(waits.filter((wait) => wait === 0)).toHaveLength(100);
});

test('processes that ask at once get no more than the limit between them within any window of the Redis clock', async () => {
  await using disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const [windowMs, max, processes, times] = [300, 7, 4, 14];
  const script = `
    ${WINDOWED_COUNTER_LUA}
    local now = clock()
    local shapes = { { 'w:', tonumber(ARGV[1]) } }
    local counters = look(now, KEYS[1], shapes)
    local wait = wait_for(now, KEYS[1], shapes[1], counters[1], ${max}, 1)
    if wait == 0 then add(now, KEYS[1], shapes, counters, 1) end
    save_counters()
    return { wait, now }
  `;
  const askers = Array.from({ length: processes }, () =>
    guardChild(
      spawn(process.execPath, [ASKER, url, script, 'processes', String(windowMs), String(times)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    ),
  );
  await using _askers = { [Symbol.asyncDispose]: async () => askers.forEach((asker) => asker.kill()) };
  const lines = askers.map((asker) => createInterface(asker.stdout)[Symbol.asyncIterator]());
  await Promise.all(lines.map((of) => of.next()));
  for (const asker of askers) asker.stdin.end();
  const reports = await Promise.all(
    lines.map(
      async (of) => JSON.parse(String((await of.next()).value)) as { granted: number[]; refused: number },
    ),
  );

  expect(reports.some(({ refused }) => refused > 0)).toBe(true);
  const granted = reports.flatMap((report) => report.granted).toSorted((a, b) => a - b);
  expect(granted).toHaveLength(processes * times);
  const spans = granted.slice(max).map((at, index) => at - (granted[index] ?? 0));
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(windowMs);
});

/** Counts as an older version does, which knows older parts only in the state. */
const COUNT_AS_BEFORE = `
  local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
  local state = cmsgpack.unpack(redis.call('GET', KEYS[1]))
  local counter, part = state.counters['w:'], math.floor(now * 60 / window)
  if part > counter[1] then
    if counter[3] > 0 then counter[4] = counter[4] .. struct.pack('>I6I6', counter[1], counter[3]) end
    counter[1], counter[3] = part, 0
    local older, first = counter[4], 1
    while first < #older do
      local number, n = struct.unpack('>I6I6', older, first)
      if number >= part - 60 then break end
      counter[2] = counter[2] - n
      first = first + 12
    end
    counter[4] = string.sub(older, first)
  end
  counter[2], counter[3] = counter[2] + 1, counter[3] + 1
  redis.call('SET', KEYS[1], cmsgpack.pack(state), 'KEEPTTL')
`;

test('an older version, beside this one during an upgrade, counts in the same window', async () => {
  await using redis = await openTestRedis();
  const [at, windowMs] = [1_700_000_040_000, 3_600_000];
  const minute = (number: number) => at + number * 60_000;
  const count = (number: number) => redis.eval(OPERATE, 1, 'both', 'count', minute(number), windowMs, 1);
  for (let number = 0; number < 20; number += 1) await count(number);
  for (let number = 20; number < 30; number += 1)
    await redis.eval(COUNT_AS_BEFORE, 1, 'both', minute(number), windowMs);

  expect(await count(30)).toBe(31);
  expect(await count(31)).toBe(32);
  // The first ten have left the window.
  expect(await count(70)).toBe(23);
  // The older parts are forgotten, and only what came after them is left.
  await redis.eval(COUNT_AS_BEFORE, 1, 'both', minute(125), windowMs);
  await redis.del('both:older');
  expect(await count(126)).toBe(3);
});

test('a clock that goes back, as with a failover, lets nothing be counted twice or forgotten', async () => {
  await using redis = await openTestRedis();
  const at = 1_700_000_000_000;
  const ask = async (now: number) => Number(await redis.eval(ASK, 1, 'back', now, 60_000, 3));

  expect([await ask(at), await ask(at - 30_000), await ask(at - 90_000)]).toEqual([0, 0, 0]);
  const wait = await ask(at - 30_000);
  expect(wait).toBeGreaterThan(0);
  expect(await ask(at + 59_000)).toBeGreaterThan(0);
  expect(await ask(at - 30_000 + wait)).toBe(0);
});

test('what a clock that went back counts is added to the latest part', async () => {
  await using redis = await openTestRedis();
  const at = 1_700_000_000_000;
  const count = async (now: number, n: number) =>
    Number(await redis.eval(OPERATE, 1, 'back', 'count', now, 60_000, n));

  expect([await count(at, 3), await count(at - 30_000, 2)]).toEqual([3, 5]);
  // All five are forgotten with that part, and no sooner.
  expect(Number(await redis.eval(OPERATE, 1, 'back', 'look', at + 60_999, 60_000))).toBe(5);
  expect(Number(await redis.eval(OPERATE, 1, 'back', 'look', at + 61_000, 60_000))).toBe(0);
});

test('what is taken back more often than it was counted leaves the counter at nothing', async () => {
  await using redis = await openTestRedis();
  const at = 1_700_000_000_000;
  const operate = (op: string, n: number) => redis.eval(OPERATE, 1, 'twice', op, at, 60_000, n, at);

  expect(await operate('count', 2)).toBe(2);
  expect(await operate('uncount', 2)).toBe(0);
  expect(await operate('uncount', 2)).toBe(0);
  expect(await operate('count', 1)).toBe(1);
});

test('a shorter window under the same key does not shorten the life of a longer one', async () => {
  await using redis = await openTestRedis();
  const count = (shapes: string, at: number) =>
    redis.eval(
      `${WINDOWED_COUNTER_LUA}
      local now, shapes = tonumber(ARGV[1]), ${shapes}
      add(now, KEYS[1], shapes, look(now, KEYS[1], shapes), 1)
      save_counters()`,
      1,
      'both',
      at,
    );
  await count("{ { 'day:', 86400000 } }", 1_700_000_000_000);
  await count("{ { 'minute:', 60000 } }", 1_700_000_001_000);

  expect(await redis.pttl('both')).toBeGreaterThan(86_300_000);
});

test('what is counted takes no more room for a large limit, and is gone after the window', async () => {
  await using redis = await openTestRedis();
  for (let index = 0; index < 500; index += 1) {
    await redis.eval(ASK, 1, 'limit', 1_700_000_000_000 + index * 1000, 60_000, 1_000_000);
  }
  expect(await redis.strlen('limit')).toBeLessThanOrEqual(100);
  expect(await redis.strlen('limit:older')).toBeLessThanOrEqual(61 * 12 + 20);
  expect(await redis.pttl('limit')).toBeLessThanOrEqual(61_000);
  expect(await redis.pttl('limit:older')).toBeLessThanOrEqual(61_000);
});
