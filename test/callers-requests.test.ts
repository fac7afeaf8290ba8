import { once } from 'node:events';
import { connect } from 'node:net';
import { gatewayKeys } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import { auth0Token, freshNumber, freshText, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { series } from './support/series.ts';
import { until } from './support/until.ts';

/** The log lines of the requests so far. */
const completed = (gateway: Gateway) =>
  gateway.ingress.logLines().filter(({ msg }) => msg === 'request.completed');

test('what only informs and is malformed costs no code: it is ignored, counted, logged and told to the doctor', async () => {
  await using gateway = await startGateway();
  const malformed = {
    sender: 15005550006,
    req: { ip: {}, 'user-agent': 5 },
    code: { value: '123456' },
    locale: ['de'],
    requested_at: 'yesterday',
  };

  const { status } = await postSms(gateway.ingress.url, { body: malformed });
  const withText = await postSms(gateway.ingress.url, { body: { req: 'nothing' } });

  expect([status, withText.status]).toEqual([200, 200]);
  for (const field of ['sender', 'req.ip', 'req.user-agent', 'code', 'locale', 'requested_at', 'req']) {
    expect(
      series(
        await gateway.ingress.metrics(),
        `gateway_ignored_fields_total{connection="default",field="${field}"}`,
      ),
    ).toBe(1);
  }
  expect(completed(gateway).map(({ ignoredFields }) => ignoredFields)).toContainEqual(['req']);
  await until(async () =>
    expect(await gateway.client.get(gatewayKeys.callerFault('ignored_fields', 'default'))).not.toBeNull(),
  );
});

test('what is no text where one belongs is 400, with that alone', async () => {
  await using gateway = await startGateway();
  // The last two have a length, as a text has.
  for (const value of [14155550123, null, {}, [], { length: 5000 }]) {
    for (const field of ['recipient', 'body']) {
      const { status, body: problem } = await postSms(gateway.ingress.url, { body: { [field]: value } });

      expect(status).toBe(400);
      expect(problem['detail']).toBe(`The field "${field}" is missing or of the wrong type.`);
    }
  }
});

test('an address counts in whatever form a proxy writes it, and what holds none is counted and told', async () => {
  await using gateway = await startGateway();
  const forms = [
    '203.0.113.7',
    '203.0.113.7:443',
    '[::ffff:203.0.113.7]:80',
    '203.000.113.007',
    '10.1.2.3, 203.0.113.7',
  ];
  const post = (ip: string) =>
    postSms(gateway.ingress.url, { body: { recipient: freshNumber(), req: { ip } } });

  for (const ip of forms) expect((await post(ip)).status).toBe(200);
  const limitKeys = await gateway.client.keys(gatewayKeys.counters('ip', '*'));
  expect(limitKeys).toHaveLength(1);
  expect(
    series(await gateway.ingress.metrics(), 'gateway_unparsable_addresses_total{connection="default"}'),
  ).toBe(0);

  for (const ip of ['unknown', '203.0.113', '203.0.113.7:x']) expect((await post(ip)).status).toBe(200);
  for (const ip of ['', '  ']) expect((await post(ip)).status).toBe(200);

  expect(
    series(await gateway.ingress.metrics(), 'gateway_unparsable_addresses_total{connection="default"}'),
  ).toBe(3);
  expect(completed(gateway).filter(({ isAddressUnparsable }) => isAddressUnparsable === true)).toHaveLength(
    3,
  );
  await until(async () =>
    expect(await gateway.client.get(gatewayKeys.callerFault('unparsable_address', 'default'))).not.toBeNull(),
  );
});

test('a broken template is warned about once, without the text, and the message goes out', async () => {
  await using gateway = await startGateway();
  const texts = ['Your code is @@password@@', 'Dein Code ist {{ code }}', 'Your code is: ', freshText()];

  for (const body of texts) {
    expect((await postSms(gateway.ingress.url, { body: { recipient: freshNumber(), body } })).status).toBe(
      200,
    );
  }
  const empty = await postSms(gateway.ingress.url, {
    body: { recipient: freshNumber(), code: '', message_type: 'otp_verify' },
  });

  expect(empty.status).toBe(200);
  const warnings = gateway.ingress.logLines().filter(({ msg }) => msg === 'template.broken');
  expect(warnings).toMatchObject([{ level: 'warn', connection: 'default', fault: 'unrendered_variable' }]);
  expect(JSON.stringify(gateway.ingress.logLines())).not.toContain('password');
  await until(async () => {
    expect(
      await gateway.client.get(gatewayKeys.callerFault('unrendered_variable', 'default')),
    ).not.toBeNull();
    expect(await gateway.client.get(gatewayKeys.callerFault('no_code', 'default'))).not.toBeNull();
  });
});

test('a client that ends its side of the connection after its request gets its answer', async () => {
  await using gateway = await startGateway();
  const body = JSON.stringify({ recipient: freshNumber(), body: freshText() });
  const { hostname, port } = new URL(gateway.ingress.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'connect');

  socket.end(
    `POST /v1/sms HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nAuthorization: Bearer ${await auth0Token()}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await once(socket, 'end');

  expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 200 /);
});
