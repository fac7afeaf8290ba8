import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { auth0Token, freshNumber, freshText, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { expectProblem } from './support/problem.ts';
import { AUDIENCE } from './support/base-env.ts';
import { series } from './support/series.ts';
import { connectRaw, exchangeRaw, httpRequest, type RequestParts } from './support/raw-http.ts';
import { untilConcluded } from './support/traces.ts';

const LIMIT_BYTES = 16 * 1024;
const CODE = '83927461';
const TEXT = `Your verification code is: ${CODE}`;
const NUMBER = '+14155550123';
const VALID = { recipient: NUMBER, body: TEXT, sender: '+15005550006' };

/** The valid message with some fields changed; undefined leaves one out. */
const changed = (fields: Record<string, unknown>) => JSON.stringify({ ...VALID, ...fields });

/** As long as asked, and valid JSON: what fills it up is white space. */
const padded = (bytes: number) => changed({}).padEnd(bytes, ' ');

async function queued(gateway: Gateway): Promise<number> {
  const metrics = await gateway.ingress.metrics();
  return ['waiting', 'delayed', 'active']
    .map((state) => series(metrics, `gateway_queue_messages{state="${state}"}`))
    .reduce((sum, count) => sum + count, 0);
}

describe('a message that is taken', () => {
  test('is answered with exactly 200, an id and a status, and sent once however often it is posted', async () => {
    await using gateway = await startGateway();
    const message = { recipient: freshNumber(), body: freshText() };

    const first = await postSms(gateway.ingress.url, { body: message });
    const repeats = await Promise.all(
      [1, 2, 3, 4, 5].map(() => postSms(gateway.ingress.url, { body: message })),
    );
    const inQueue = await queued(gateway);
    await gateway.startWorker();
    await untilConcluded(gateway.client, first.body['id']);
    const late = await postSms(gateway.ingress.url, { body: message });
    const other = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
    await untilConcluded(gateway.client, other.body['id']);

    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toMatch(/^application\/json/);
    expect(first.body).toStrictEqual({
      id: expect.stringMatching(/\S/),
      status: expect.stringMatching(/\S/),
    });
    for (const repeat of [...repeats, late]) {
      expect(repeat.status).toBe(200);
      expect(repeat.body['id']).toBe(first.body['id']);
    }
    expect(inQueue).toBe(1);
    expect(gateway.sent().map(({ id }) => id)).toStrictEqual([first.body['id'], other.body['id']]);
    expect(gateway.sent()[0]).toMatchObject({ to: message.recipient, body: message.body });
  });

  test('posted many times at once for the first time is queued once', async () => {
    await using gateway = await startGateway();
    const message = { recipient: freshNumber(), body: freshText() };

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => postSms(gateway.ingress.url, { body: message })),
    );

    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    expect(await queued(gateway)).toBe(1);
  });
});

describe('with one gateway for all requests', () => {
  let gateway: Gateway;
  let token: string;
  beforeAll(async () => {
    gateway = await startGateway({ env: { ALLOWED_COUNTRIES: 'US,GB' } });
    token = await auth0Token();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  /** The bytes of the valid request with some parts changed. */
  const requestBytes = ({ headers, ...parts }: RequestParts = {}) =>
    httpRequest({
      body: changed({}),
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
      ...parts,
    });
  const chunked = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  const fieldTable: [number, string, string | Buffer][] = [
    [400, 'not JSON', TEXT],
    [400, 'cut off', changed({}).slice(0, -1)],
    [400, 'followed by more', `${changed({})}}`],
    [400, 'JavaScript, not JSON', `{recipient:'${NUMBER}',body:'${TEXT}'}`],
    [400, 'not UTF-8', Buffer.from(changed({ body: `${TEXT} \u00ff` }), 'latin1')],
    [400, 'empty', ''],
    [400, 'blank', ' \r\n\t'],
    [400, 'null', 'null'],
    [400, 'a number', NUMBER.slice(1)],
    [400, 'a text', JSON.stringify(TEXT)],
    [400, 'a list', `[${changed({})}]`],
    [400, 'deeply nested', nested(8000)],
    [400, 'an empty object', '{}'],
    [400, 'a form', `recipient=%2B14155550123&body=${encodeURIComponent(TEXT)}`],
    [400, 'without recipient', changed({ recipient: undefined })],
    [400, 'without body', changed({ body: undefined })],
    [400, 'with the recipient null', changed({ recipient: null })],
    [400, 'with the body null', changed({ body: null })],
    [400, 'with the recipient as a number', changed({ recipient: 14155550123 })],
    [400, 'with a list of recipients', changed({ recipient: [NUMBER] })],
    [400, 'with a deeply nested recipient', `{"recipient":${nested(4000)},"body":"${TEXT}"}`],
    [400, 'with the body as a number', changed({ body: Number(CODE) })],
    [400, 'with the body as an object', changed({ body: { text: TEXT } })],
    [400, 'with a blank recipient', changed({ recipient: ' \u00a0' })],
    [400, 'with a blank body', changed({ body: ' \n\t' })],
    [400, 'with an endless recipient', changed({ recipient: '+' + '1'.repeat(5000) })],
    [400, 'with an over-long body', changed({ body: TEXT.repeat(100) })],
    [422, 'to no number', changed({ recipient: 'call me' })],
    [422, 'to a number cut short', changed({ recipient: '+1415555' })],
    [422, 'to a number that is too long', changed({ recipient: `${NUMBER}4567` })],
    [422, 'to an unknown calling code', changed({ recipient: '+999123456789' })],
    [422, 'to a national number, without a default country', changed({ recipient: '4155550123' })],
    [422, 'to two numbers', changed({ recipient: `${NUMBER},${NUMBER}` })],
    [422, 'to a number with an extension', changed({ recipient: `${NUMBER} x5` })],
    [403, 'to a country that is not allowed', changed({ recipient: '+4915123456789' })],
    [403, 'to a number of no country', changed({ recipient: '+8821612345678' })],
  ];

  const requestTable: [number, string, RequestParts][] = [
    [400, 'a request without any body', { body: '', headers: { 'Content-Length': undefined } }],
    [400, 'an empty Idempotency-Key', { headers: { 'Idempotency-Key': '' } }],
    [400, 'an Idempotency-Key with spaces', { headers: { 'Idempotency-Key': TEXT } }],
    [400, 'an Idempotency-Key that is not ASCII', { headers: { 'Idempotency-Key': 'cl\u00e9' } }],
    [400, 'an over-long Idempotency-Key', { headers: { 'Idempotency-Key': CODE.repeat(100) } }],
    [413, 'a body of one byte too many', { body: padded(LIMIT_BYTES + 1) }],
    [413, 'an announced body that is too large', { body: '{', headers: { 'Content-Length': '50000000' } }],
    [
      413,
      'a chunked body that is too large, though it has no end',
      { headers: chunked, body: `8000\r\n${padded(0x8000)}\r\n` },
    ],
    [415, 'text/plain', { headers: { 'Content-Type': 'text/plain' } }],
    [415, 'a form', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
    [415, 'multipart', { headers: { 'Content-Type': 'multipart/form-data; boundary=x' } }],
    [415, 'XML', { headers: { 'Content-Type': 'application/xml' } }],
    [415, 'a type that only begins like JSON', { headers: { 'Content-Type': 'application/jsonp' } }],
    [415, 'an empty content type', { headers: { 'Content-Type': '' } }],
    [415, 'another charset', { headers: { 'Content-Type': 'application/json; charset=iso-8859-1' } }],
    [415, 'gzip', { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(changed({})) }],
    [415, 'an unknown encoding', { headers: { 'Content-Encoding': 'rot13' } }],
    [404, 'the root', { path: '/' }],
    [404, 'an unknown path', { path: '/v1/mms' }],
    [404, 'a path below', { path: '/v1/sms/1' }],
    [404, 'the path of another version', { path: '/v2/sms' }],
    [404, 'the metrics', { method: 'GET', path: '/metrics' }],
    [404, 'an unknown connection', { path: '/v1/connections/nobody/sms' }],
    [404, 'a connection named like a property', { path: '/v1/connections/__proto__/sms' }],
    [404, 'a connection named by a number', { path: `/v1/connections/${NUMBER}/sms` }],
    [404, 'a connection without a name', { path: '/v1/connections//sms' }],
    [404, 'a malformed percent-encoding', { path: '/v1/connections/%E0%A4%A/sms' }],
    [404, 'a lone percent sign', { path: '/%' }],
    ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'].flatMap(
      (method): [number, string, RequestParts][] => [
        [405, `${method} on /v1/sms`, { method }],
        [405, `${method} on a connection`, { method, path: '/v1/connections/default/sms' }],
      ],
    ),
    [417, 'an expectation that nobody can meet', { headers: { Expect: 'miracles' } }],
    [431, 'endless headers', { headers: { 'X-Endless': 'a'.repeat(17 * 1024) } }],
  ];

  const raw = (head: string, body = changed({})) => `${head}\r\n\r\n${body}`;
  const length = Buffer.byteLength(changed({}));
  const smuggled = `0\r\n\r\nPOST /v1/sms HTTP/1.1\r\nHost: gateway\r\n\r\n`;
  const rawTable: [number, string, string | Buffer][] = [
    [400, 'garbage', `${TEXT}\r\n\r\n`],
    [400, 'a TLS handshake', Buffer.from('16030100c8010000c40303', 'hex')],
    [400, 'an unknown HTTP version', raw('POST /v1/sms HTTP/9.9\r\nHost: gateway')],
    [400, 'a method that does not exist', raw('SEND /v1/sms HTTP/1.1\r\nHost: gateway')],
    [400, 'no Host', raw(`POST /v1/sms HTTP/1.1\r\nContent-Length: ${length}`)],
    [
      400,
      'a header without a colon',
      raw(`POST /v1/sms HTTP/1.1\r\nHost: gateway\r\n${TEXT.replaceAll(':', '')}`),
    ],
    [400, 'a header with a NUL', raw('POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nX-Nul: a\0b')],
    [
      400,
      'a space before the colon',
      raw(`POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nContent-Length : ${length}`),
    ],
    [
      400,
      'two lengths',
      raw(`POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${length}\r\nContent-Length: 5`),
    ],
    [400, 'a list of lengths', raw('POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nContent-Length: 5, 5')],
    [400, 'a negative length', raw('POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nContent-Length: -5')],
    [
      400,
      'a length with a sign',
      raw(`POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nContent-Length: +${length}`),
    ],
    [
      400,
      'a length and chunks',
      raw(
        'POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nContent-Length: 5\r\nTransfer-Encoding: chunked',
        smuggled,
      ),
    ],
    [
      400,
      'chunks that are not the last coding',
      raw('POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked, identity', smuggled),
    ],
    [
      400,
      'an unknown transfer coding',
      raw('POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: xchunked', smuggled),
    ],
    [
      400,
      'the Transfer-Encoding in two lines',
      raw(
        'POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: cow',
        smuggled,
      ),
    ],
  ];

  test.each(fieldTable)('%i for a body that is or goes %s', async (status, _title, body) => {
    const answer = await exchangeRaw(gateway.ingress.url, requestBytes({ body }));

    expect(answer.status).toBe(status);
    expectProblem({ contentType: answer.headers['content-type'], body: answer.body }, status, [
      TEXT,
      CODE,
      NUMBER.slice(1),
      token,
    ]);
  });

  test.each(requestTable)('%i for %s', async (status, _title, parts) => {
    const answer = await exchangeRaw(gateway.ingress.url, requestBytes(parts));

    expect(answer.status).toBe(status);
    expectProblem({ contentType: answer.headers['content-type'], body: answer.body }, status, [
      TEXT,
      CODE,
      NUMBER.slice(1),
      token,
    ]);
    expect(answer.headers['allow']).toBe(status === 405 ? 'POST' : undefined);
  });

  test.each(rawTable)('%i for %s, and the connection is closed', async (status, _title, bytes) => {
    using connection = await connectRaw(gateway.ingress.url);
    connection.write(bytes);

    const answer = await connection.answer();
    await connection.closed;

    expect(answer.status).toBe(status);
    expectProblem({ contentType: answer.headers['content-type'], body: answer.body }, status, [TEXT, CODE]);
    expect(connection.rest()).toBe('');
  });

  test('a chunk that is none is answered with 400 after all, and the connection is closed', async () => {
    using connection = await connectRaw(gateway.ingress.url);
    connection.write(requestBytes({ headers: chunked, body: `5\r\n{"rec\r\n${TEXT}\r\n` }));

    const answer = await connection.answer();
    await connection.closed;

    expect(answer.status).toBe(400);
    expectProblem({ contentType: answer.headers['content-type'], body: answer.body }, 400, [TEXT, CODE]);
    expect(connection.rest()).toBe('');
  });

  test('HEAD is answered with 405, Allow and no body', async () => {
    const response = await fetch(`${gateway.ingress.url}/v1/sms`, { method: 'HEAD' });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.text()).toBe('');
  });

  test('none of all that was refused is queued, and the process is as well as before', async () => {
    expect(await queued(gateway)).toBe(0);
    expect((await gateway.ingress.ready()).status).toBe(200);
    expect(gateway.ingress.logLines().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual(
      [],
    );
  });

  test('the token is checked while the body is still on its way', async () => {
    using connection = await connectRaw(gateway.ingress.url);
    const forged = await auth0Token({ secret: 'not the secret of this connection at all' });
    connection.write(
      requestBytes({
        headers: { Authorization: `Bearer ${forged}`, 'Content-Length': '10000' },
        body: '{"recipient":',
      }),
    );

    const answer = await connection.answer();
    await connection.closed;

    expect(answer.status).toBe(401);
    expectProblem({ contentType: answer.headers['content-type'], body: answer.body }, 401, [forged]);
  });

  test('an unknown connection is 404 without a token too, so nothing but a token ever answers 401', async () => {
    const answer = await postSms(gateway.ingress.url, { path: '/v1/connections/nobody/sms', token: 'none' });

    expect(answer.status).toBe(404);
  });

  test.each<[string, RequestParts]>([
    ['without a content type', { headers: { 'Content-Type': undefined } }],
    ['with a charset', { headers: { 'Content-Type': 'application/json; charset=UTF-8' } }],
    ['with its content type in capitals', { headers: { 'Content-Type': 'Application/JSON' } }],
    ['in chunks', { headers: chunked, body: `${length.toString(16)}\r\n${changed({})}\r\n0\r\n\r\n` }],
    ['of exactly the largest size', { body: padded(LIMIT_BYTES) }],
    ['with the longest text', { body: changed({ body: 'ü'.repeat(1600) }) }],
    [
      'with fields that nobody knows, deeply nested',
      { body: changed({ unknown: JSON.parse(nested(2000)) }) },
    ],
    ['with a query in its path', { path: '/v1/sms?source=auth0' }],
    ['by the name of its connection', { path: '/v1/connections/default/sms' }],
    [
      'with all that Auth0 and a custom phone provider send',
      {
        body: changed({
          req: { ip: '203.0.113.7', 'user-agent': 'Mozilla/5.0' },
          code: CODE,
          locale: 'en',
          message_type: 'sms',
          tenant: 'example',
          client_id: 'client',
          organization_id: null,
          correlation_id: 'c-1',
        }),
      },
    ],
    ['with a sender of null', { body: changed({ sender: null }) }],
  ])('a message %s is taken', async (_title, parts) => {
    const answer = await exchangeRaw(gateway.ingress.url, requestBytes(parts));

    expect(answer.status).toBe(200);
  });

  test('pipelined requests are answered in order', async () => {
    using connection = await connectRaw(gateway.ingress.url);
    const messages = Array.from({ length: 3 }, () => ({ recipient: freshNumber(), body: freshText() }));
    connection.write(Buffer.concat(messages.map((message) => requestBytes({ body: changed(message) }))));

    const answers = [await connection.answer(), await connection.answer(), await connection.answer()];

    const ids = [];
    for (const message of messages)
      ids.push((await postSms(gateway.ingress.url, { body: message })).body['id']);
    expect(answers.map(({ body }) => (JSON.parse(body) as { id: string }).id)).toStrictEqual(ids);
  });

  test.each([
    '+1 415 555 0123',
    '+1 (415) 555-0123',
    '+1.415.555.0123',
    '+1\u00a0415\u202f555\u00a00123',
    '+1\u2011415\u2013555\u22120123',
    '0014155550123',
    '00 1 415 555 0123',
    '  +14155550123\t',
  ])('the recipient %j is the same as +14155550123', async (recipient) => {
    const text = freshText();

    const [first, second] = [
      await postSms(gateway.ingress.url, { body: { recipient: NUMBER, body: text } }),
      await postSms(gateway.ingress.url, { body: { recipient, body: text } }),
    ];

    expect(second.status).toBe(200);
    expect(second.body['id']).toBe(first.body['id']);
  });

  test('a British mobile number is allowed with GB, though its range is shared with Guernsey', async () => {
    const answer = await postSms(gateway.ingress.url, { body: { recipient: '+447911123456' } });

    expect(answer.status).toBe(200);
  });
});

test('clients that take too long over headers or body are cut off with 408', async () => {
  await using gateway = await startGateway();
  const token = await auth0Token();
  using slowHeaders = await connectRaw(gateway.ingress.url);
  using slowBody = await connectRaw(gateway.ingress.url);
  slowHeaders.write('POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nX-Slow: ');
  slowBody.write(
    httpRequest({
      headers: { Authorization: `Bearer ${token}`, 'Content-Length': '1000' },
      body: '{"recipient":',
    }),
  );

  const answers = await Promise.all([slowHeaders.answer(), slowBody.answer()]);
  await Promise.all([slowHeaders.closed, slowBody.closed]);

  for (const { status, headers, body } of answers) {
    expect(status).toBe(408);
    expectProblem({ contentType: headers['content-type'], body }, 408, []);
  }
});

test('503 with Retry-After while Redis is away, and 200 once it is back', async () => {
  await using gateway = await startGateway({ mustControl: true });
  const message = { recipient: freshNumber(), body: TEXT };
  await gateway.redis.kill();

  const refused = await postSms(gateway.ingress.url, { body: message });
  await gateway.redis.restart();
  await expect.poll(async () => (await gateway.ingress.ready()).status).toBe(200);
  const taken = await postSms(gateway.ingress.url, { body: message });

  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const problem = { contentType: refused.headers.get('content-type'), body: JSON.stringify(refused.body) };
  expectProblem(problem, 503, [TEXT, CODE, message.recipient.slice(1)]);
  expect(taken.status).toBe(200);
});

test('with a default country, national numbers and those that only lack the plus sign are the same message', async () => {
  await using gateway = await startGateway({ env: { DEFAULT_COUNTRY: 'US' } });
  const post = (recipient: string) => postSms(gateway.ingress.url, { body: { recipient, body: TEXT } });

  const answers = [await post(NUMBER), await post('(415) 555-0123'), await post('14155550123')];

  expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 200]);
  expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
});

describe('screening', () => {
  const RECORDED =
    'gateway_screened_total{connection="default",rule="allowed_countries",decision="recorded"}';

  test.each([
    ['record', 1],
    ['off', 0],
  ])(
    'SCREENING=%s lets a country through that is not allowed, and counts it %i times',
    async (mode, count) => {
      await using gateway = await startGateway({ env: { ALLOWED_COUNTRIES: 'US', SCREENING: mode } });

      const answer = await postSms(gateway.ingress.url, { body: { recipient: '+4915123456789' } });

      expect(answer.status).toBe(200);
      expect(series(await gateway.ingress.metrics(), RECORDED)).toBe(count);
    },
  );
});

test('several connections of a YAML file each have their own secret, countries and messages', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sms-gateway-test-'));
  try {
    const file = join(directory, 'gateway.yaml');
    await writeFile(
      file,
      `connections:
  login:
    secrets: \${LOGIN_SECRET}
    audience: ${AUDIENCE}
  enrolment:
    secrets: ['\${ENROLMENT_SECRET}']
    audience: urn:enrolment
    allowedCountries: [DE]
    defaultCountry: DE
`,
    );
    const login = 'secret-of-the-login-connection-0123456789';
    const enrolment = 'secret-of-the-enrolment-connection-0123456789';
    await using gateway = await startGateway({
      env: {
        GATEWAY_CONFIG: file,
        LOGIN_SECRET: login,
        ENROLMENT_SECRET: enrolment,
        AUTH0_SECRET: '',
        AUTH0_AUDIENCE: '',
      },
    });
    const loginToken = await auth0Token({ secret: login });
    const enrolmentToken = await auth0Token({ secret: enrolment, claims: { aud: 'urn:enrolment' } });
    const post = (connection: string, token: string, recipient = '+4915123456789') =>
      postSms(gateway.ingress.url, {
        path: `/v1/connections/${connection}/sms`,
        token,
        body: { recipient, body: TEXT },
      });

    const taken = [await post('login', loginToken), await post('enrolment', enrolmentToken)];

    expect(taken.map(({ status }) => status)).toStrictEqual([200, 200]);
    expect(taken[0]?.body['id']).not.toBe(taken[1]?.body['id']);
    expect((await post('enrolment', enrolmentToken, '0151 23456789')).body['id']).toBe(taken[1]?.body['id']);
    expect((await post('enrolment', loginToken)).status).toBe(401);
    expect((await post('login', enrolmentToken)).status).toBe(401);
    expect((await post('enrolment', enrolmentToken, NUMBER)).status).toBe(403);
    expect((await post('default', loginToken)).status).toBe(404);
    expect((await postSms(gateway.ingress.url, { token: loginToken })).status).toBe(404);
  } finally {
    await rm(directory, { recursive: true });
  }
});
