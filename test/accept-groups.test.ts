import { gatewayKeys, parsePhoneNumber } from '@sms-gateway/contract';
import { createProducer } from '@sms-gateway/delivery';
import { createIdentity, createVault } from '@sms-gateway/privacy';
import { composeLua } from '@sms-gateway/redis';
import { createScreening, createScreeningPlan, type Limit } from '@sms-gateway/screening';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCounters } from './support/read-counters.ts';
import { openTestRedis } from './support/test-redis.ts';

const KEYS = { kind: 'keys' as const, keys: [Buffer.alloc(32, 1)] };
const LIMIT: Limit = {
  rule: 'recipient_hour',
  windowMs: 3_600_000,
  max: 2,
  mode: 'enforce',
  counts: 'messages',
};

async function setup() {
  const redis = await openTestRedis();
  const identity = createIdentity(KEYS);
  const producer = createProducer({
    redis,
    check: { state: () => ({ ready: true, reasons: [] }), confirm: (write) => write() },
    vault: createVault(KEYS),
    identity,
    now: Date.now,
  });
  const counter = (number: string) => gatewayKeys.counters('recipient', number);
  return {
    redis,
    identity,
    counter,
    accept: (number: string, text: string, correlationId?: string, requestedAt?: number) => {
      const recipient = parsePhoneNumber(number);
      if (recipient === undefined) throw new Error('no phone number');
      return producer.accept({
        connection: 'default',
        recipient,
        text,
        sender: undefined,
        messageType: undefined,
        notice: undefined,
        idempotencyKey: undefined,
        repeatWindowMs: 10_000,
        ttlMs: 60_000,
        requestedAt,
        correlationId,
        screening: createScreening({
          recipientKey: number,
          blockable: number,
          configuredBlock: undefined,
          plan: createScreeningPlan([[LIMIT]], undefined),
          keys: [counter(number)],
          cost: { segments: 1, price: 0 },
          country: 'DE',
        }),
        recordedDestination: [],
      });
    },
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

const [ONE, TWO, THREE] = ['+14155550101', '+14155550102', '+14155550103'] as const;

test('messages that come at once are one command, and each is limited, repeated and counted as if alone', async () => {
  await using bundle = await setup();
  const { accept, redis, counter } = bundle;
  await accept(THREE, 'Code 1');
  await redis.config('RESETSTAT');

  const answers = await Promise.all([
    accept(ONE, 'Code 1'),
    accept(ONE, 'Code 1'),
    accept(ONE, 'Code 2'),
    accept(ONE, 'Code 3'),
    accept(TWO, 'Code 1'),
  ]);

  expect(answers.map(({ kind }) => kind)).toEqual([
    'accepted',
    'accepted',
    'accepted',
    'limited',
    'accepted',
  ]);
  expect(answers.map((answer) => ('isRepeat' in answer ? answer.isRepeat : undefined))).toEqual([
    false,
    true,
    false,
    undefined,
    false,
  ]);
  expect(await redis.info('commandstats')).toMatch(/^cmdstat_evalsha:calls=1,/m);
  expect(await redis.llen('{gateway}:sms:wait')).toBe(4);
  const sums = await Promise.all([ONE, TWO].map((number) => readCounters(redis, counter(number))));
  expect(sums.map(({ counters }) => counters['3600000:']?.[1])).toEqual([2, 1]);
});

test('an error in one message is its own: it is neither enqueued nor counted, and the others are', async () => {
  await using bundle = await setup();
  const { accept, redis, identity, counter } = bundle;
  const [hash] = identity.historyKeys({ kind: 'correlation', value: 'user-2' });
  // No list, as the script expects.
  await redis.set(gatewayKeys.history(hash), 'x');

  const answers = await Promise.allSettled([
    accept(ONE, 'Code 1'),
    accept(TWO, 'Code 1', 'user-2'),
    accept(THREE, 'Code 1'),
  ]);

  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(answers[1]).toMatchObject({ reason: { name: 'QueueUnavailableError' } });
  expect(await redis.llen('{gateway}:sms:wait')).toBe(2);
  expect((await readCounters(redis, counter(TWO))).counters).toEqual({});

  await redis.del(gatewayKeys.history(hash));
  const again = await Promise.all([
    accept(ONE, 'Code 1'),
    accept(TWO, 'Code 1', 'user-2'),
    accept(THREE, 'Code 1'),
  ]);
  expect(again).toMatchObject([{ isRepeat: true }, { isRepeat: false }, { isRepeat: true }]);
});

/** Answers, for each request, the states of the rules that it reaches. It is counted unless one of them enforces. */
const COUNT = composeLua(
  `--- @include "@sms-gateway/screening/screen.lua"
  local answers = {}
  for i, request in ipairs(cjson.decode(ARGV[1])) do
    local screened, reached, is_refused = screen(request), {}, false
    for number, state in pairs(screened.states) do
      reached[#reached + 1] = { number, state.counted, state.max, state.wait }
      is_refused = is_refused or state.rule.mode == 'enforce'
    end
    table.sort(reached, function(a, b) return a[1] < b[1] end)
    answers[i] = reached
    if not is_refused then count_screened(screened, request.id) end
  end
  save_counters()
  return answers`,
  new URL(import.meta.url),
);

/** Whether each passes the first rule; it is counted then. */
const ASK = composeLua(
  `--- @include "@sms-gateway/screening/screen.lua"
  local answers = {}
  for i, request in ipairs(cjson.decode(ARGV[1])) do
    local screened = screen(request)
    answers[i] = screened.states[1] and 0 or 1
    if answers[i] == 1 then count_screened(screened, request.id) end
  end
  save_counters()
  return answers`,
  new URL(import.meta.url),
);

test('messages in one script reach the limits, and leave what they leave, as one by one', async () => {
  await using redis = await openTestRedis();
  const limit = (windowMs: number, max: number): Limit => ({ ...LIMIT, windowMs, max });
  const pair = { ...limit(600_000, 2), isPair: true as const };
  const limits = [[limit(60_000, 3), limit(3_600_000, 4)], [limit(600_000, 3)], [pair]];
  // Counts in some of the same counters, up to other maxima.
  const others = [
    [limit(3_600_000, 2), limit(7_200_000, 3)],
    [{ ...limit(600_000, 2), mode: 'record' as const }],
    [pair],
  ];
  const floors = { country: { hour: 2, day: 3 }, ip: { hour: 1, day: 2, countries: 1 } };
  const plans = [
    createScreeningPlan(limits, { mode: 'record', ...floors }),
    createScreeningPlan(limits, undefined),
    createScreeningPlan(others, { mode: 'enforce', ...floors }),
  ];
  const key = (run: string, scope: string, subject: number) =>
    gatewayKeys.counters(scope, `${run}-${subject}`);
  const message = fc.record({
    number: fc.nat(2),
    ip: fc.option(fc.nat(2), { nil: undefined }),
    country: fc.nat(1),
    plan: fc.nat(2),
    segments: fc.integer({ min: 1, max: 3 }),
  });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 12 }), async (messages) => {
      runs += 1;
      const requests = (run: string) =>
        messages.map(({ number, ip, country, plan, segments }, index) => ({
          id: `msg_${index}`,
          now: 1_764_300_000_000,
          plan: plans[plan]?.data,
          keys: [key(run, 'recipient', number), key(run, 'ip', ip ?? 9), key(run, 'recipient', number)],
          address: `a${ip}`,
          segments,
          price: 0,
          connection: 'default',
          country: `C${country}`,
          recipient_counter: key(run, 'recipient', number),
          country_counter: key(run, 'country', country),
          ip_counter: ip === undefined ? undefined : key(run, 'ip', ip),
        }));
      const states = async (run: string) => {
        const keys = (await redis.keys(key(run, '*', 0).replace(/0$/, '*'))).toSorted();
        return Promise.all(
          keys.map(async (name) => {
            const state = await readCounters(redis, name);
            // A counter that was only looked at may be there, and counts nothing.
            const counters = Object.entries(state.counters).filter(([, [, sum]]) => sum > 0);
            const hours = Math.round((await redis.pttl(name)) / 3_600_000);
            return {
              name: name.replace(run, ''),
              state: { ...state, counters: Object.fromEntries(counters) },
              hours,
            };
          }),
        );
      };
      const [together, alone] = [`together${runs}`, `alone${runs}`];
      const answers: unknown[] = [];
      for (const request of requests(alone)) {
        answers.push(...((await redis.eval(COUNT, 0, JSON.stringify([request]))) as unknown[]));
      }
      expect(await redis.eval(COUNT, 0, JSON.stringify(requests(together)))).toEqual(answers);
      expect(await states(together)).toEqual(await states(alone));
    }),
    { numRuns: 60 },
  );
});

test('a number and an address are limited together, also when the number meets more addresses than one key takes', async () => {
  await using redis = await openTestRedis();
  const windowMs = 600_000;
  const plan = createScreeningPlan([[{ ...LIMIT, windowMs, max: 2, isPair: true }], [LIMIT]], undefined);
  const begin = 1_764_300_000_000;
  const ask = async (addresses: number[], minute: number) => {
    const requests = addresses.map((address) => ({
      plan: plan.data,
      now: begin + minute * 60_000,
      keys: [gatewayKeys.counters('recipient', 'n'), gatewayKeys.counters('recipient', 'n')],
      segments: 1,
      price: 0,
      address: `a${address}`,
      id: 'msg_1',
    }));
    return (await redis.eval(ASK, 0, JSON.stringify(requests))) as number[];
  };
  const all = Array.from({ length: 50 }, (_, index) => index);
  const each = (answer: number) => all.map(() => answer);

  for (const address of all) expect(await ask([address], 0)).toEqual([1]);
  for (const address of all) expect(await ask([address, address], 5)).toEqual([1, 0]);
  expect(await redis.keys('*')).toHaveLength(31);
  // Two of the first minute and the fifth, of which the first has gone.
  for (const address of all.toReversed()) expect(await ask([address, address], 11)).toEqual([1, 0]);
  expect(await ask(all, 14)).toEqual(each(0));
  expect(await ask(all, 30)).toEqual(each(1));
  expect(await ask(all, 31)).toEqual(each(1));
  expect(await ask(all, 32)).toEqual(each(0));
});

test('an older ingress, beside this one during an upgrade, reads from a mark when its message was requested', async () => {
  await using bundle = await setup();
  const { redis, accept, identity, counter } = bundle;
  const mark = gatewayKeys.newest(identity.recipientKeys('default', ONE)[0]);
  const requestedAt = Date.now() - 5000;
  const first = await accept(ONE, 'Code 100001', undefined, requestedAt);
  expect(await accept(ONE, 'Code 100001')).toMatchObject({ isRepeat: true });

  const stored = (await redis.get(mark)) ?? '';
  // As newest.lua of the version before reads it.
  expect(/^\S+/.exec(stored)?.[0]).toBe('id' in first ? first.id : '');
  expect(/ (\d+)$/.exec(stored)?.[1]).toBe(String(requestedAt));

  // As that version writes it: what was requested before is not the newest, what was requested later is.
  await redis.set(mark, `msg_old ${requestedAt}`);
  await redis.del(counter(ONE));
  await accept(ONE, 'Code 100002', undefined, requestedAt - 1);
  expect(await redis.get(mark)).toBe(`msg_old ${requestedAt}`);
  const later = await accept(ONE, 'Code 100003', undefined, requestedAt + 1);
  expect(await redis.get(mark)).toContain('id' in later ? later.id : 'accepted');
});
