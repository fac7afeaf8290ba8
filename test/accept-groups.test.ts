import { gatewayKeys, parsePhoneNumber } from '@sms-gateway/contract';
import { createProducer } from '@sms-gateway/delivery';
import { createIdentity, createVault } from '@sms-gateway/privacy';
import { composeLua } from '@sms-gateway/redis';
import { createScreening, createScreeningPlan, type Limit, type ScreeningPlan } from '@sms-gateway/screening';
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
const PLAN = createScreeningPlan([[{ ...LIMIT, by: 'recipient' }]], undefined);

async function setup({ plan = PLAN, keys = [] as string[] } = {}) {
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
          plan,
          keys,
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

test('no message of a group is accepted if a counter that they share cannot be read', async () => {
  const key = gatewayKeys.counters('connection', 'default');
  await using bundle = await setup({ plan: createScreeningPlan([[LIMIT]], undefined), keys: [key] });
  const { accept, redis } = bundle;
  // No state, as the script expects.
  await redis.set(key, 'x');

  const answers = await Promise.allSettled([ONE, TWO, THREE].map((number) => accept(number, 'Code 1')));

  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await redis.llen('{gateway}:sms:wait')).toBe(0);
});

test('the trace of a message has no field of the messages before it in the group', async () => {
  await using bundle = await setup();
  const { accept, redis } = bundle;
  const now = Date.now();

  const answers = await Promise.all([accept(ONE, 'Code 1', undefined, now), accept(TWO, 'Code 1')]);

  const traces = await Promise.all(
    answers.map((answer) => redis.hgetall(gatewayKeys.trace('id' in answer ? answer.id : ''))),
  );
  expect(traces.map((trace) => trace['requested_at'])).toEqual([String(now), undefined]);
  const [first = {}, second = {}] = traces;
  expect(Object.keys(second)).toEqual(Object.keys(first).filter((name) => name !== 'requested_at'));
});

/** Requests name their kind by number, so that those of one kind share one table as in accept.lua. */
const READ_REQUESTS = `
  local given = cjson.decode(ARGV[1])
  for _, request in ipairs(given.requests) do request.kind = given.kinds[request.kind] end`;

/** Answers, for each request, the states of the rules that it reaches. It is counted unless one of them enforces. */
const COUNT = composeLua(
  `--- @include "@sms-gateway/screening/screen.lua"
  ${READ_REQUESTS}
  local answers = {}
  for i, request in ipairs(given.requests) do
    local reached, is_refused = {}, false
    for number, state in pairs(screen(request)) do
      reached[#reached + 1] = { number, state.counted, state.max, state.wait }
      is_refused = is_refused or state.rule.mode == 'enforce'
    end
    table.sort(reached, function(a, b) return a[1] < b[1] end)
    answers[i] = reached
    if not is_refused then count_screened(request.id) end
  end
  save_screened()
  return answers`,
  new URL(import.meta.url),
);

type Request = ReturnType<typeof createScreening>['request'];

/** For READ_REQUESTS: of each request, its plan and what else the script wants of it. */
function packRequests(requests: { plan: ScreeningPlan; request: Request; own: object }[]): string {
  const kinds = requests.map(({ plan, request }) =>
    JSON.stringify({ ...request.kind, plan: plan.data, connection: 'default' }),
  );
  const distinct = [...new Set(kinds)];
  return JSON.stringify({
    kinds: distinct.map((kind): unknown => JSON.parse(kind)),
    requests: requests.map(({ request, own }, index) => ({
      ...request,
      ...own,
      kind: distinct.indexOf(kinds[index] ?? '') + 1,
    })),
  });
}

test('messages in one script reach the limits, and leave what they leave, as one by one', async () => {
  await using redis = await openTestRedis();
  const limit = (windowMs: number, max: number, own: Partial<Limit> = {}): Limit => ({
    ...LIMIT,
    windowMs,
    max,
    ...own,
  });
  const recipient = { by: 'recipient' } as const;
  const ip = { by: 'ip' } as const;
  const pair = limit(600_000, 2, { by: 'recipientIp' });
  const limits = {
    own: [[limit(60_000, 3, recipient), limit(3_600_000, 4, recipient)]],
    ofAddress: [[limit(600_000, 3, ip)], [pair]],
    shared: [
      [limit(60_000, 5), limit(3_600_000, 6)],
      [limit(3_600_000, 12, { counts: 'segments' })],
      [limit(3_600_000, 9, { counts: 'price' })],
    ],
  };
  // Counts in some of the same counters, up to other maxima.
  const others = {
    own: [[limit(3_600_000, 2, recipient), limit(7_200_000, 3, recipient)]],
    ofAddress: [[limit(600_000, 2, { ...ip, mode: 'record' })], [pair]],
    shared: [
      [limit(3_600_000, 4), limit(7_200_000, 5)],
      [limit(3_600_000, 7, { counts: 'segments', mode: 'record' })],
      [limit(3_600_000, 9, { counts: 'price' })],
    ],
  };
  const floors = { country: { hour: 2, day: 3 }, ip: { hour: 1, day: 2, countries: 1 } };
  const plansOf = (
    { own, ofAddress, shared }: typeof limits,
    guard: Parameters<typeof createScreeningPlan>[1],
  ) => ({
    withAddress: createScreeningPlan([...own, ...ofAddress, ...shared], guard),
    without: createScreeningPlan([...own, ...shared], guard),
  });
  const plans = [
    plansOf(limits, { mode: 'record', ...floors }),
    plansOf(limits, undefined),
    plansOf(others, { mode: 'enforce', ...floors }),
  ];
  const message = fc.record({ number: fc.nat(3), ip: fc.nat(2) });
  // Several of one kind follow each other, and each kind comes again.
  const ofOneKind = fc.record({
    plan: fc.constantFrom(...plans),
    hasIp: fc.boolean(),
    country: fc.nat(1),
    segments: fc.integer({ min: 1, max: 3 }),
    price: fc.nat(2),
    messages: fc.array(message, { minLength: 1, maxLength: 6 }),
  });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(ofOneKind, { minLength: 1, maxLength: 5 }), async (kinds) => {
      runs += 1;
      const requests = (run: string) =>
        kinds.flatMap(({ plan, hasIp, country, segments, price, messages }) =>
          messages.map(({ number, ip: address }) => {
            const used = hasIp ? plan.withAddress : plan.without;
            const { request } = createScreening({
              recipientKey: `${run}-${number}`,
              blockable: '',
              configuredBlock: undefined,
              plan: used,
              keys: [
                gatewayKeys.counters('country', `${run}-C${country}`),
                gatewayKeys.counters('overall-segments', `${run}-0`),
                gatewayKeys.counters('overall-price', `${run}-0`),
              ],
              cost: { segments, price },
              country: `${run}-C${country}`,
              addressKey: hasIp ? `${run}-a${address}` : undefined,
            });
            return { plan: used, request, own: { id: 'msg_1', now: 1_764_300_000_000 } };
          }),
        );
      const states = async (run: string) => {
        const keys = (await redis.keys(`*:${run}-*`)).toSorted();
        return Promise.all(
          keys.map(async (name) => {
            const state = await readCounters(redis, name);
            // A counter that was only looked at may be there, and counts nothing.
            const counters = Object.entries(state.counters).filter(([, [, sum]]) => sum > 0);
            const hours = Math.round((await redis.pttl(name)) / 3_600_000);
            const text = JSON.stringify({ ...state, counters: Object.fromEntries(counters) });
            return {
              name: name.replace(run, ''),
              state: JSON.parse(text.replaceAll(run, '')) as unknown,
              hours,
            };
          }),
        );
      };
      const [together, alone] = [`together${runs}`, `alone${runs}`];
      const answers: unknown[] = [];
      for (const request of requests(alone)) {
        answers.push(...((await redis.eval(COUNT, 0, packRequests([request]))) as unknown[]));
      }
      expect(await redis.eval(COUNT, 0, packRequests(requests(together)))).toEqual(answers);
      expect(await states(together)).toEqual(await states(alone));
    }),
    { numRuns: 100 },
  );
});

test('a message that costs nothing is limited only if the maximum is exceeded, as one that was lowered may be', async () => {
  await using redis = await openTestRedis();
  const request = (max: number, price: number) => {
    const plan = createScreeningPlan([[{ ...LIMIT, max, counts: 'price' }]], undefined);
    const { request: asked } = createScreening({
      recipientKey: 'n',
      blockable: '',
      configuredBlock: undefined,
      plan,
      keys: [gatewayKeys.counters('price', 'default')],
      cost: { segments: 1, price },
      country: 'DE',
    });
    return { plan, request: asked, own: { id: 'msg_1' } };
  };

  const reached = (await redis.eval(
    COUNT,
    0,
    packRequests([request(8, 8), request(8, 0), request(7, 0)]),
  )) as unknown[][];

  expect(reached.map((states) => states.length)).toEqual([0, 0, 1]);
});

test('a number and an address are limited together, also when the number meets more addresses than one key takes', async () => {
  await using redis = await openTestRedis();
  const windowMs = 600_000;
  const plan = createScreeningPlan(
    [[{ ...LIMIT, windowMs, max: 2, by: 'recipientIp' }], [{ ...LIMIT, max: 1000, by: 'recipient' }]],
    undefined,
  );
  const begin = 1_764_300_000_000;
  const ask = async (addresses: number[], minute: number) => {
    const requests = addresses.map((address) => {
      const { request } = createScreening({
        recipientKey: 'n',
        blockable: '',
        configuredBlock: undefined,
        plan,
        keys: [],
        cost: { segments: 1, price: 0 },
        country: 'DE',
        addressKey: `a${address}`,
      });
      return { plan, request, own: { id: 'msg_1', now: begin + minute * 60_000 } };
    });
    const reached = (await redis.eval(COUNT, 0, packRequests(requests))) as unknown[][];
    return reached.map((states) => (states.length === 0 ? 1 : 0));
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
