import { gatewayKeys } from '@sms-gateway/contract';
import { blockableOf, blockNamesOf } from '../packages/screening/src/blocks.ts';
import { composeLua } from '@sms-gateway/redis';
import { createBlocks, spendKeys } from '@sms-gateway/screening';
import { createTraceReader } from '@sms-gateway/delivery';
import { describe, expect, test } from 'vitest';
import { auth0Token, freshText, postSms } from './support/auth0.ts';
import { writeConfig } from './support/config-file.ts';
import { createDisposal } from './support/disposal.ts';
import { startGateway } from './support/gateway.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { openTestRedis } from './support/test-redis.ts';
import { readCounters } from './support/read-counters.ts';
import { series } from './support/series.ts';
import { redisContents } from './support/redis-contents.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const CREDENTIALS = `secrets: ['${SECRET}'], audience: '${AUDIENCE}'`;
const yamlOf = (rules: string, ofOther = '') =>
  `${rules}\nconnections: { default: { ${CREDENTIALS} }, other: { ${CREDENTIALS}, ${ofOther} } }\n`;

async function setup(rules = '', env: Record<string, string> = {}, ofOther = '') {
  const disposal = createDisposal();
  const file = disposal.use(await writeConfig(yamlOf(rules, ofOther)));
  const gateway = disposal.use(
    await startGateway({ env: { GATEWAY_CONFIG: file.path, AUTH0_SECRET: '', ...env } }),
  );
  const post = (recipient: string, body: Record<string, unknown> = {}, path = '/v1/sms') =>
    postSms(gateway.ingress.url, { path, body: { recipient, ...body } });
  const verify = async (recipient: string, more: Record<string, unknown> = {}, connection = 'default') => {
    const response = await fetch(`${gateway.ingress.url}/v1/connections/${connection}/verified`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await auth0Token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ recipient, ...more }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const screened = async (rule: string, decision: 'refused' | 'recorded', connection = 'default') =>
    series(
      await gateway.ingress.metrics(),
      `gateway_screened_total{connection="${connection}",rule="${rule}",decision="${decision}"}`,
    );
  return { gateway, post, verify, screened, [Symbol.asyncDispose]: () => disposal.dispose() };
}

let numbers = 1_000_000;
/** A mobile number of Bangladesh that nobody else has here. */
function bangladeshi(): string {
  numbers += 1;
  return `+88017${numbers}0`;
}
const german = () => `+4915${(numbers += 1)}00`;
const twoSegments = () => `${freshText()} ${'x'.repeat(200)}`;

describe('a destination', () => {
  test.each([
    ['deniedCountries: [BD]', bangladeshi(), 'destination-not-allowed', 'denied_country'],
    ["deniedPrefixes: ['+880']", bangladeshi(), 'destination-not-allowed', 'denied_prefix'],
    ['', '+8821612345678', 'destination-not-allowed', 'denied_prefix'],
    ['', '+449012345678', 'number-type-not-allowed', 'number_type'],
    ['deniedNumberTypes: [mobile]', bangladeshi(), 'number-type-not-allowed', 'number_type'],
  ])('with %j, %s is refused as %s, counted, and traced', async (rules, recipient, type, rule) => {
    await using bundle = await setup(rules);
    const { status, body } = await bundle.post(recipient);

    expect(status).toBe(403);
    expect(body['type']).toBe(`urn:sms-gateway:problem:${type}`);
    expect(await bundle.screened(rule, 'refused')).toBe(1);
    const [[, fields] = ['', []]] = await bundle.gateway.client.xrange('{gateway}:refusals', '-', '+');
    expect(fields).toEqual(expect.arrayContaining(['rules', rule]));
    expect(await redisContents(bundle.gateway.client)).not.toContain(recipient.slice(1));
  });

  test('is only told where SCREENING records', async () => {
    await using bundle = await setup('screening: record\ndeniedCountries: [BD]');
    const [recipient, text] = [bangladeshi(), { body: freshText() }];
    const { status, body } = await bundle.post(recipient, text);

    expect(status).toBe(200);
    expect((await bundle.post(recipient, text)).body['status']).toBe('duplicate');
    expect(await bundle.screened('denied_country', 'recorded')).toBe(1);
    const trace = await createTraceReader({ redis: bundle.gateway.client }).read(String(body['id']));
    expect(trace?.recordedRules).toEqual(['denied_country']);
  });
});

test('a range of ten thousand numbers has a limit of its own, and so has everything together', async () => {
  await using bundle = await setup('limits: { prefix: { hour: 2 }, overall: { hour: 4 } }');
  const statuses = [];
  for (const recipient of ['+8801712340001', '+8801712340002', '+8801712340003', '+8801712350001']) {
    statuses.push((await bundle.post(recipient)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 200]);
  expect((await bundle.post(german(), {}, '/v1/connections/other/sms')).status).toBe(200);
  const { status, body } = await bundle.post(german(), {}, '/v1/connections/other/sms');
  expect([status, body['detail']]).toEqual([429, expect.stringContaining('overall_hour')]);
});

describe('what a day may cost', () => {
  test('is counted in segments, for all and for one connection', async () => {
    await using bundle = await setup('spend: { segments: 5 }');
    expect((await bundle.post(german(), { body: twoSegments() })).status).toBe(200);
    expect((await bundle.post(german(), { body: twoSegments() }, '/v1/connections/other/sms')).status).toBe(
      200,
    );
    const refused = await bundle.post(german(), { body: twoSegments() });
    expect(refused.status).toBe(429);
    expect(refused.body['type']).toBe('urn:sms-gateway:problem:spend-cap-reached');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000);
    // One segment is left.
    expect((await bundle.post(german())).status).toBe(200);
    expect((await bundle.post(german())).status).toBe(429);
  });

  test.each([
    ['spend_segments', '', 'spend: { segments: 2 }'],
    ['spend_price', 'prices: { DE: 0.5, default: 1 }', 'spend: { price: 1 }'],
  ])('is capped for one connection by %s, and its cap is nobody else’s', async (rule, rules, ofOther) => {
    await using bundle = await setup(rules, {}, ofOther);
    const byOther = () => bundle.post(german(), {}, '/v1/connections/other/sms');
    for (let number = 0; number < 3; number += 1) expect((await bundle.post(german())).status).toBe(200);
    expect([(await byOther()).status, (await byOther()).status]).toEqual([200, 200]);
    const { status, body } = await byOther();
    expect([status, body['detail']]).toEqual([429, expect.stringContaining(`(${rule})`)]);
    expect((await bundle.post(german())).status).toBe(200);
  });

  test('is counted in money where there are prices, the longest beginning first', async () => {
    await using bundle = await setup(
      "prices: { DE: 0.1, BD: 0.2, '+88017': 0.5, default: 1 }\nspend: { segments: off, price: 1.15 }",
    );
    expect((await bundle.post(bangladeshi())).status).toBe(200);
    expect((await bundle.post(bangladeshi())).status).toBe(200);
    expect((await bundle.post(bangladeshi())).body['detail']).toContain('spend_overall_price');
    expect((await bundle.post(german())).status).toBe(200);
    expect((await bundle.post(german())).status).toBe(429);
  });

  test.each([
    ['segments', 'spend: { segments: 7 }', ['overallSegments']],
    ['money', 'prices: { DE: 0.1, default: 1 }\nspend: { segments: off, price: 0.7 }', ['overallPrice']],
  ])('counts a copy that goes out after an unknown result, in %s', async (_, rules, counted) => {
    let calls = 0;
    const disposal = createDisposal();
    await using _disposal = { [Symbol.asyncDispose]: () => disposal.dispose() };
    const file = disposal.use(await writeConfig(yamlOf(rules)));
    const gateway = disposal.use(
      await startGateway({
        env: { GATEWAY_CONFIG: file.path, AUTH0_SECRET: '' },
        respond: (response) => {
          calls += 1;
          if (calls === 1) response.socket?.destroy();
          else response.writeHead(200).end('{"id":"p-1"}');
        },
      }),
    );
    await gateway.startWorker();
    const post = () => postSms(gateway.ingress.url, { body: { recipient: german(), body: twoSegments() } });
    const { body } = await post();
    await untilConcluded(gateway.client, String(body['id']));
    expect(gateway.provider.requests).toHaveLength(2);
    expect((await post()).status).toBe(200);
    expect((await post()).status).toBe(429);
    // Where nothing is capped, nothing is counted: nobody would ever look at it.
    const keys = Object.entries(spendKeys('default'));
    const exists = await Promise.all(keys.map(([, key]) => gateway.client.exists(key)));
    expect(keys.map(([name]) => name).filter((_name, index) => exists[index] === 1)).toEqual(counted);
  });
});

describe('a destination that an operator blocks', () => {
  const block = (name: string, forMs?: number) => ({ name, forMs, reason: '' });

  test.each(['on', 'record', 'off'])(
    'is refused from the next message on, with SCREENING=%s',
    async (screening) => {
      await using bundle = await setup(`screening: ${screening}`);
      const blocks = createBlocks({ redis: bundle.gateway.client });
      const repeated = { body: freshText() };
      const recipient = bangladeshi();
      expect((await bundle.post(recipient, repeated)).status).toBe(200);

      await blocks.add(block('+880'));
      const refused = await bundle.post(bangladeshi());
      expect(refused.status).toBe(403);
      expect(refused.body['type']).toBe('urn:sms-gateway:problem:destination-blocked');
      expect((await bundle.post(recipient, repeated)).body['status']).toBe('duplicate');
      expect((await bundle.post(german())).status).toBe(200);
      expect(await bundle.screened('blocked', 'refused')).toBe(1);

      expect(await blocks.remove('+880')).toBe(true);
      expect((await bundle.post(bangladeshi())).status).toBe(200);
    },
  );

  test.each([
    ['*', bangladeshi(), 403],
    ['BD', bangladeshi(), 403],
    ['GB', '+447911123456', 403],
    ['GG', '+447400123456', 200],
    ['+447', '+447911123456', 403],
  ])('as %s: %s gets %i', async (name, recipient, status) => {
    await using bundle = await setup();
    await createBlocks({ redis: bundle.gateway.client }).add(block(name));
    expect((await bundle.post(recipient)).status).toBe(status);
  });

  test('has the same names in Lua', async () => {
    await using redis = await openTestRedis();
    const lua = composeLua(
      `--- @include "@sms-gateway/screening/blocks.lua"
      return block_names_of(ARGV[1])`,
      new URL(import.meta.url),
    );
    for (const number of [
      { e164: '+14155550123', country: 'US', countryCallingCode: '1' },
      { e164: '+447911123456', country: 'GG', countryCallingCode: '44' },
      { e164: '+29012345', country: undefined, countryCallingCode: '290' },
      { e164: '+8821612345678', country: undefined, countryCallingCode: '882' },
    ]) {
      expect(await redis.eval(lua, 0, blockableOf(number))).toEqual(blockNamesOf(number));
    }
  });

  test('is refused until its time is over, and taken again from then on', async () => {
    await using bundle = await setup();
    const { client } = bundle.gateway;
    const blocks = createBlocks({ redis: client });
    await blocks.add(block('+880', 3_600_000));
    await createBlocks({ redis: client, now: () => Date.now() - 2000 }).add(block('+4915', 1000));
    expect((await bundle.post(bangladeshi())).status).toBe(403);
    expect((await bundle.post(german())).status).toBe(200);
    expect((await blocks.list()).map(({ name }) => name)).toEqual(['+880']);

    // What is over goes with the next block, so that it cannot pile up.
    expect(await client.hlen(gatewayKeys.blocks)).toBe(2);
    await blocks.add(block('US'));
    expect((await client.hkeys(gatewayKeys.blocks)).toSorted()).toEqual(['+880', 'US']);
  });

  test('gets nothing through the next provider of what is in hand at the first', async () => {
    const disposal = createDisposal();
    await using _disposal = { [Symbol.asyncDispose]: () => disposal.dispose() };
    let blockIt = async (): Promise<void> => undefined;
    const gateway = disposal.use(
      await startGateway({
        respond: (response) => void blockIt().finally(() => response.writeHead(500).end()),
      }),
    );
    blockIt = async () => {
      await createBlocks({ redis: gateway.client }).add({ name: 'DE', reason: '' });
    };
    const { body } = await postSms(gateway.ingress.url, { body: { recipient: german() } });
    await gateway.startWorker({ PROVIDERS: 'http,console', ON_UNKNOWN: 'resend' });
    const trace = await untilConcluded(gateway.client, String(body['id']));
    expect(trace).toMatchObject({ outcome: 'failed', reason: 'blocked' });
    expect(gateway.provider.requests).toHaveLength(1);
    expect(trace.attempts).toHaveLength(1);
  });

  test('gets nothing of what waits in the queue either', async () => {
    await using bundle = await setup();
    const { body } = await bundle.post(bangladeshi());
    const { body: allowed } = await bundle.post(german());
    await createBlocks({ redis: bundle.gateway.client }).add(block('BD'));
    await bundle.gateway.startWorker();
    const ids = [String(body['id']), String(allowed['id'])];
    await Promise.all(ids.map((id) => untilConcluded(bundle.gateway.client, id)));
    const reader = createTraceReader({ redis: bundle.gateway.client });
    expect(await reader.read(ids[0] ?? '')).toMatchObject({ outcome: 'failed', reason: 'blocked' });
    expect(await reader.read(ids[1] ?? '')).toMatchObject({ outcome: 'sent' });
    expect(bundle.gateway.provider.requests).toHaveLength(1);
  });
});

describe('the pumping guard', () => {
  const ENFORCED =
    'guard: { mode: enforce, country: { hour: 3, day: 20 }, ip: { hour: off, day: off, countries: off } }';

  test('records at first, and refuses nothing', async () => {
    await using bundle = await setup();
    for (let index = 0; index < 5; index += 1) expect((await bundle.post(bangladeshi())).status).toBe(200);
    expect(await bundle.screened('guard_country_hour', 'recorded')).toBe(2);
  });

  test('refuses nothing where SCREENING records, whatever its own mode', async () => {
    await using bundle = await setup(`screening: record\n${ENFORCED}`);
    for (let index = 0; index < 4; index += 1) expect((await bundle.post(bangladeshi())).status).toBe(200);
    expect(await bundle.screened('guard_country_hour', 'recorded')).toBe(1);
  });

  test('enforcing, it refuses a country whose codes nobody uses, and no other', async () => {
    await using bundle = await setup(ENFORCED);
    for (let index = 0; index < 3; index += 1) expect((await bundle.post(bangladeshi())).status).toBe(200);
    const refused = await bundle.post(bangladeshi());
    expect(refused.status).toBe(429);
    expect(refused.body['type']).toBe('urn:sms-gateway:problem:pumping-suspected');
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(3500);
    expect(retryAfter).toBeLessThanOrEqual(3660);
    expect((await bundle.post(german())).status).toBe(200);
    expect(await bundle.screened('guard_country_hour', 'refused')).toBe(1);
  });

  test('a login with a code gives its room back, once, and makes more where many are used', async () => {
    await using bundle = await setup(ENFORCED);
    const [one, two, three] = [bangladeshi(), bangladeshi(), bangladeshi()];
    for (const recipient of [one, two, three]) expect((await bundle.post(recipient)).status).toBe(200);
    expect((await bundle.post(bangladeshi())).status).toBe(429);

    expect(await bundle.verify(two)).toEqual({ status: 200, body: { credited: 1 } });
    expect(await bundle.verify(two)).toEqual({ status: 200, body: { credited: 0 } });
    expect((await bundle.post(bangladeshi())).status).toBe(200);
    expect((await bundle.post(bangladeshi())).status).toBe(429);
    expect(
      series(await bundle.gateway.ingress.metrics(), 'gateway_codes_verified_total{connection="default"}'),
    ).toBe(1);

    // With 20 wanted in this hour, a fifth of that may stay unused: four, where three were.
    await bundle.verify(one);
    await bundle.verify(three);
    for (let index = 0; index < 17; index += 1) {
      const recipient = bangladeshi();
      expect((await bundle.post(recipient)).status).toBe(200);
      expect((await bundle.verify(recipient)).body).toEqual({ credited: 1 });
    }
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await bundle.post(bangladeshi())).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test('all codes that a number asked for were wanted, of that connection, until the time that is told', async () => {
    await using bundle = await setup(ENFORCED);
    const recipient = bangladeshi();
    await bundle.post(recipient);
    await bundle.post(recipient);
    const before = new Date(Date.now() - 3_600_000).toISOString();
    expect((await bundle.verify(recipient, { time: before })).body).toEqual({ credited: 0 });
    expect((await bundle.verify(recipient, {}, 'other')).body).toEqual({ credited: 0 });
    // A clock that is ahead by days proves no less.
    const ahead = new Date(Date.now() + 48 * 3_600_000).toISOString();
    expect((await bundle.verify(recipient, { time: ahead })).body).toEqual({ credited: 2 });
  });

  test('a notice is no code, and is neither counted nor refused', async () => {
    await using bundle = await setup(ENFORCED);
    const notice = { message_type: 'password_breach' };
    for (let index = 0; index < 5; index += 1)
      expect((await bundle.post(bangladeshi(), notice)).status).toBe(200);
    for (let index = 0; index < 3; index += 1) expect((await bundle.post(bangladeshi())).status).toBe(200);
  });

  test('an address that asks for codes to more and more countries is stopped', async () => {
    await using bundle = await setup('guard: { mode: enforce }');
    const from = (ip: string) => ({ req: { ip } });
    const statuses = [];
    for (const recipient of [bangladeshi(), german(), '+447400123456', '+33612345678', bangladeshi()]) {
      statuses.push((await bundle.post(recipient, from('203.0.113.9'))).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 200]);
    expect((await bundle.post('+33612345679', from('203.0.113.10'))).status).toBe(200);
    expect(await bundle.screened('guard_ip_countries', 'refused')).toBe(1);
  });

  test('an address whose codes nobody uses is stopped in every country', async () => {
    await using bundle = await setup('guard: { mode: enforce, country: { hour: off, day: off } }');
    const statuses = [];
    for (let index = 0; index < 6; index += 1) {
      const recipient = index % 2 === 0 ? bangladeshi() : german();
      statuses.push((await bundle.post(recipient, { req: { ip: '2001:db8::1' } })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await bundle.screened('guard_ip_hour', 'refused')).toBe(1);
  });

  test('is told by receipts where no application tells more', async () => {
    await using bundle = await setup(`publicUrl: http://127.0.0.1:9\n${ENFORCED}`, {
      PROVIDERS: 'simulator',
    });
    await bundle.gateway.startWorker({ PROVIDERS: 'simulator' });
    // What the simulator delivers: any number without a magic ending.
    for (let index = 0; index < 3; index += 1) expect((await bundle.post(bangladeshi())).status).toBe(200);
    await until(async () => expect((await bundle.post(bangladeshi())).status).toBe(200));
  });

  test('is not told by receipts of a connection whose application tells more', async () => {
    await using bundle = await setup(`publicUrl: http://127.0.0.1:9\n${ENFORCED}`, {
      PROVIDERS: 'simulator',
    });
    const unused = async () => {
      const { counters } = await readCounters(bundle.gateway.client, gatewayKeys.counters('country', 'BD'));
      return counters['ud:']?.[1] ?? 0;
    };
    const loggedIn = german();
    await bundle.post(loggedIn);
    expect((await bundle.verify(loggedIn)).body).toEqual({ credited: 1 });
    const recipient = bangladeshi();
    const { body } = await bundle.post(recipient);
    await bundle.gateway.startWorker({ PROVIDERS: 'simulator' });
    const reader = createTraceReader({ redis: bundle.gateway.client });
    const waiting = {};
    await until(async () => {
      const trace = await reader.read(String(body['id']));
      expect(trace?.attempts[0]?.receipt?.status).toBe('delivered');
    }, waiting);
    await bundle.post(bangladeshi(), {}, '/v1/connections/other/sms');
    // Once the receipt of the other connection has been credited, this one's would have been.
    await until(async () => expect(await unused()).toBe(1), waiting);
    expect((await bundle.verify(recipient)).body).toEqual({ credited: 1 });
    expect(await unused()).toBe(0);
  });
});

describe('POST /v1/connections/{connection}/verified', () => {
  test('wants the token, a body, and a possible number; an unknown connection is 404', async () => {
    await using bundle = await setup();
    const url = `${bundle.gateway.ingress.url}/v1/connections/default/verified`;
    const json = { 'content-type': 'application/json' };
    const body = JSON.stringify({ recipient: '+14155550123' });
    expect((await fetch(url, { method: 'POST', headers: json, body })).status).toBe(401);
    expect((await fetch(url)).status).toBe(405);
    expect((await bundle.verify('+1')).status).toBe(422);
    expect((await bundle.verify('+14155550123', { time: 'yesterday' })).status).toBe(400);
    expect((await bundle.verify('+14155550123', {}, 'nobody')).status).toBe(404);
    expect((await bundle.verify('+14155550123')).body).toEqual({ credited: 0 });
  });

  test('is answered 503 while Redis is away', async () => {
    await using disposal = createDisposal();
    const gateway = disposal.use(await startGateway({ mustControl: true }));
    await gateway.redis.kill();
    const response = await fetch(`${gateway.ingress.url}/v1/connections/default/verified`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await auth0Token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ recipient: '+14155550123' }),
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).not.toBeNull();
  });
});
