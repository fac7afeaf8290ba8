import type { WhyAnswer } from '@sms-gateway/reporting';
import { describe, expect, test } from 'vitest';
import { auth0Token, freshNumber, freshText, postSms } from './support/auth0.ts';
import { AUDIENCE, PAYLOAD_KEY, SECRET } from './support/base-env.ts';
import { writeConfig } from './support/config-file.ts';
import { runGatewayCommand } from './support/gateway-command.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { redisContents } from './support/redis-contents.ts';
import { until } from './support/until.ts';

const OTHER_KEY = Buffer.alloc(32, 9).toString('base64url');

/** What an operator has at hand: the settings of the gateway, and nothing else. */
const envOf = ({ redis }: Gateway, more: Record<string, string> = {}) => ({
  REDIS_URL: redis.url,
  PAYLOAD_KEYS: PAYLOAD_KEY,
  AUTH0_SECRET: SECRET,
  AUTH0_AUDIENCE: AUDIENCE,
  ...more,
});

async function why(gateway: Gateway, args: string[], more: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runGatewayCommand(['why', ...args, '--json'], envOf(gateway, more));
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as WhyAnswer) };
}

/** Resolves with the one message of a number, once it holds what a test waits for. */
function untilMessage(gateway: Gateway, number: string, holds: object) {
  return until(async () => {
    const { messages } = await why(gateway, [number]);
    expect(messages).toMatchObject([holds]);
    const [message] = messages;
    if (message === undefined) throw new Error('no message');
    return message;
  });
}

const post = (gateway: Gateway, recipient: string, body: Record<string, unknown> = {}) =>
  postSms(gateway.ingress.url, { body: { recipient, body: freshText(), ...body } });

describe('with a worker that sends, the answer from the number alone is that', () => {
  test.each([
    [
      '+14155550102',
      /^The simulator accepted it; no delivery receipt has arrived\.$/,
      'Check the log of the simulator',
    ],
    ['+14155550100', /^Delivered: a receipt from the simulator/, 'enter the newest code'],
    [
      '+14155550106',
      /^Not delivered: The simulator accepted it, but its receipt says undelivered/,
      'Ask the user',
    ],
    [
      '+14155550111',
      /^The simulator refused the number: .* \(simulated_rejected\)\.$/,
      'whether the number is right',
    ],
    ['+14155550112', /^Not sent: every provider refused it\. The simulator: /, 'status page'],
  ])('of %s: %s', async (number, verdict, advice) => {
    await using gateway = await startGateway({
      env: { PROVIDERS: 'simulator', PUBLIC_URL: 'https://example.com' },
    });
    await gateway.startWorker();
    const { body } = await post(gateway, number);

    const message = await untilMessage(gateway, number, { verdict: expect.stringMatching(verdict) });

    expect(message).toMatchObject({
      id: body['id'],
      connection: 'default',
      answered: { status: 200 },
      advice: expect.stringContaining(advice),
    });
  });

  test('a provider that is down was tried, and the code expired', async () => {
    await using file = await writeConfig('connections: { default: { messageTtl: 2s } }');
    await using gateway = await startGateway({
      env: { GATEWAY_CONFIG: file.path, HTTP_PROVIDER_URL: 'http://127.0.0.1:2/sms' },
    });
    await gateway.startWorker();
    const number = freshNumber();
    await post(gateway, number);

    const { attempts, advice, verdict } = await untilMessage(gateway, number, { outcome: 'expired' });

    expect(verdict).toMatch(
      /^Not sent: no provider accepted it before its deadline \(2 s\)\. The last of .* \(connect_refused\)\.$/,
    );
    expect(attempts[0]).toMatchObject({ provider: 'http', result: 'transient', receipt: null });
    expect(advice).toContain('network');
  });
});

test('a message that nobody takes waits for a worker', async () => {
  await using gateway = await startGateway();
  const number = freshNumber();
  await post(gateway, number);

  const { verdict, advice, outcome } = await untilMessage(gateway, number, { attempts: [] });

  expect({ verdict, outcome }).toEqual({ verdict: 'It is waiting for a worker.', outcome: null });
  expect(advice).toContain('doctor --only worker');
});

test('a number in a form that is no longer in use is found under the one of today, and told', async () => {
  await using gateway = await startGateway();
  await postSms(gateway.ingress.url, { body: { recipient: '+22951800451' } });

  const { verdict } = await untilMessage(gateway, '+2290151800451', { attempts: [] });

  expect(verdict).toBe(
    'It is waiting for a worker. The number had a form that is no longer in use (benin_8_digits), so it was sent to the current form.',
  );
});

describe('a request that was refused', () => {
  test('by a limit, a block or a destination is found beside the accepted ones, the newest first', async () => {
    await using file = await writeConfig('limits: { recipient: { hour: 1 } }\ndeniedCountries: [BD]\n');
    await using gateway = await startGateway({ env: { GATEWAY_CONFIG: file.path } });
    const [number, blocked, denied] = [freshNumber(), '+4915112345678', '+8801712345678'];
    await post(gateway, number);
    expect((await post(gateway, number)).status).toBe(429);
    await runGatewayCommand(['block', '+49'], envOf(gateway));
    expect((await post(gateway, blocked)).status).toBe(403);
    expect((await post(gateway, denied)).status).toBe(403);

    expect((await why(gateway, [number])).messages).toMatchObject([
      {
        id: expect.stringMatching(/^msg_/),
        answered: { status: 429, problem: 'limit_reached', rules: ['recipient_hour'] },
        attempts: [],
        outcome: null,
        verdict: 'Refused: a limit was reached (recipient_hour).',
      },
      { answered: { status: 200 } },
    ]);
    expect((await why(gateway, [blocked])).messages).toMatchObject([
      { answered: { status: 403, problem: 'destination_blocked', rules: ['blocked'] } },
    ]);
    await untilMessage(gateway, denied, {
      answered: { status: 403, problem: 'destination_not_allowed', rules: ['denied_country'] },
    });
  });

  test('because its number is none is found by what was sent as one, and by the number that was meant', async () => {
    await using gateway = await startGateway();
    expect((await post(gateway, '415 555 0199')).status).toBe(422);

    await untilMessage(gateway, '+14155550199', {
      answered: { status: 422, problem: 'recipient_not_possible' },
    });
    expect((await why(gateway, ['415 555 0199'])).messages).toHaveLength(1);
  });

  test('because a field is wrong is found where its number can be read', async () => {
    await using gateway = await startGateway();
    const number = freshNumber();
    expect((await post(gateway, number, { body: '' })).status).toBe(400);

    await untilMessage(gateway, number, { answered: { status: 400, problem: 'invalid_request' } });
  });

  test('because Redis was away is found once it is back', async () => {
    await using gateway = await startGateway({ mustControl: true });
    const number = freshNumber();
    await gateway.redis.kill();
    expect((await post(gateway, number)).status).toBe(503);

    await gateway.redis.restart();

    await untilMessage(gateway, number, { answered: { status: 503, problem: 'queue_unavailable' } });
  });
});

test('a request with a bad token is listed with its time, cause and advice, but does not count as found', async () => {
  await using gateway = await startGateway();
  const wrong = await auth0Token({ secret: 'another-shared-secret-of-more-than-32-bytes' });
  for (let index = 0; index < 3; index += 1) {
    expect((await postSms(gateway.ingress.url, { token: wrong })).status).toBe(401);
  }

  const { verdict, advice } = await untilMessage(gateway, freshNumber(), {
    id: null,
    connection: 'default',
    answered: { status: 401, problem: 'unauthenticated' },
    verdict: expect.stringMatching(
      /^3 requests were refused since .*signed with another secret; their number is not known/,
    ),
  });

  expect(verdict).not.toContain(wrong);
  expect(advice).toContain('same secret');

  const { code, stdout } = await runGatewayCommand(['why', '4155550123'], envOf(gateway));
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^The recipient lacks its plus sign and country code\..*\n\nNo message\n\nRefused before/,
  );

  const number = freshNumber();
  await post(gateway, number);
  expect((await why(gateway, [number])).code).toBe(0);
});

test('a message is found by its id and by its correlation id, and --since leaves out older ones', async () => {
  await using gateway = await startGateway();
  const number = freshNumber();
  const { body } = await post(gateway, number, { correlation_id: 'transaction-7' });
  const found = [{ id: body['id'] }];

  expect(await why(gateway, ['--id', String(body['id'])])).toMatchObject({ code: 0, messages: found });
  expect(await why(gateway, ['--correlation-id', 'transaction-7'])).toMatchObject({
    code: 0,
    messages: found,
  });
  expect(await why(gateway, [number, '--since', '1h'])).toMatchObject({ code: 0, messages: found });
  expect(await why(gateway, [number, '--since', '0s'])).toMatchObject({ code: 1, messages: [] });
});

test('a rotation of PAYLOAD_KEYS loses nothing', async () => {
  await using gateway = await startGateway();
  const number = freshNumber();
  await post(gateway, number);
  const rotated = `${OTHER_KEY},${PAYLOAD_KEY}`;
  await using second = await gateway.startIngress({ PAYLOAD_KEYS: rotated });
  await until(async () => expect((await second.ready()).status).toBe(200));
  await postSms(second.url, { body: { recipient: number } });

  expect((await why(gateway, [number], { PAYLOAD_KEYS: rotated })).messages).toHaveLength(2);
  expect((await why(gateway, [number])).messages).toHaveLength(1);
});

test('the history of one number is bounded, expires after 72 hours, and contains no number', async () => {
  await using gateway = await startGateway({ env: { SCREENING: 'off' } });
  const number = freshNumber();
  await Promise.all(Array.from({ length: 105 }, () => post(gateway, number, { correlation_id: 'c-1' })));

  expect((await why(gateway, [number])).messages).toHaveLength(100);
  const keys = await Promise.all(
    ['*:history:*', '*:counters:recipient:*'].map((pattern) => gateway.client.keys(pattern)),
  );
  expect(keys.map(({ length }) => length)).toEqual([1, 1]);
  for (const key of keys.flat()) {
    const ttl = await gateway.client.pttl(key);
    expect(ttl).toBeGreaterThan(71.9 * 3_600_000);
    expect(ttl).toBeLessThanOrEqual(72 * 3_600_000);
  }
  expect(await redisContents(gateway.client)).not.toContain(number.slice(1));
  const { stdout } = await runGatewayCommand(['why', number], envOf(gateway));
  expect(stdout).not.toContain(number);
  expect(stdout).toMatch(/^100 messages, the newest first for \+1…\d\d\n/);
});

test.each([
  [['why'], 2, 'The number is missing'],
  [['why', 'nobody'], 2, 'not a phone number'],
  [['why', '+14155550123', '--id', 'msg_x'], 2, 'Use only one of'],
  [['why', '+14155550123', '--since', 'yesterday'], 2, '--since must be a duration'],
])('%j ends with %i', async (args, code, problem) => {
  const end = await runGatewayCommand(args, { GATEWAY_STATE_DIR: '/nonexistent' });

  expect(end).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(problem) });
});

test('without any message, it says what to ask next and exits 1', async () => {
  await using gateway = await startGateway();

  const { code, stdout } = await runGatewayCommand(['why', '+1', '415', '555', '0123'], envOf(gateway));

  expect(code).toBe(1);
  expect(stdout).toContain('Nothing came for +1…23');
});

describe('GET /v1/messages/{id}', () => {
  const get = async (gateway: Gateway, id: string, token?: string) => {
    const response = await fetch(`${gateway.ingress.url}/v1/messages/${id}`, {
      headers: token === '' ? {} : { authorization: `Bearer ${token ?? (await auth0Token())}` },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('shows the status of a message, without personal data', async () => {
    await using gateway = await startGateway();
    const number = freshNumber();
    const { body } = await post(gateway, number);
    const id = String(body['id']);
    expect(await get(gateway, id)).toEqual({
      status: 200,
      body: { id, status: 'queued', acceptedAt: expect.any(String), attempts: [] },
    });

    await gateway.startWorker();

    const sent = await until(async () => {
      const answer = await get(gateway, id);
      expect(answer.body['outcome']).toBe('sent');
      return answer.body;
    });
    expect(sent).toMatchObject({ id, status: 'sent', attempts: [{ provider: 'http', result: 'accepted' }] });
    expect(JSON.stringify(sent)).not.toContain(number.slice(-4));
  });

  test('needs a token of the message’s connection', async () => {
    const other = 'another-shared-secret-of-more-than-32-bytes-for-tests';
    await using file = await writeConfig(
      `connections: { default: { secrets: ['${SECRET}'], audience: '${AUDIENCE}' }, other: { secrets: ['${other}'], audience: '${AUDIENCE}' } }`,
    );
    await using gateway = await startGateway({ env: { GATEWAY_CONFIG: file.path, AUTH0_SECRET: '' } });
    const id = String((await post(gateway, freshNumber())).body['id']);

    expect((await get(gateway, id)).status).toBe(200);
    expect((await get(gateway, id, await auth0Token({ secret: other }))).status).toBe(404);
    expect((await get(gateway, id, await auth0Token({ secret: `${other}!` }))).status).toBe(401);
    expect((await get(gateway, id, '')).status).toBe(401);
    expect((await get(gateway, 'msg_unknown')).status).toBe(404);
    expect((await get(gateway, 'msg_unknown', 'x')).status).toBe(401);
    const { status, headers } = await fetch(`${gateway.ingress.url}/v1/messages/${id}`, { method: 'POST' });
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET' });
  });
});
