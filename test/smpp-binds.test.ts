import { createTraceReader } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { baseEnv } from './support/base-env.ts';
import { startGateway } from './support/gateway.ts';
import { runGatewayCommand } from './support/gateway-command.ts';
import { smppEnv } from './support/smpp-env.ts';
import {
  cString,
  deliverBody,
  readBind,
  readSubmit,
  type SmscConnection,
  startSmsc,
} from './support/smpp-smsc.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const refusing = () =>
  startSmsc({
    bind_transceiver: (pdu, { respond }) => respond(pdu, { status: 0x0e, body: Buffer.alloc(0) }),
    bind_transmitter: (pdu, { respond }) => respond(pdu, { status: 0x0e, body: Buffer.alloc(0) }),
  });

test('a refused bind is an error in the log, unavailable in the metrics, and told where one looks', async () => {
  await using smsc = await refusing();
  await using gateway = await startGateway({ env: smppEnv(smsc.port) });
  const worker = await gateway.startWorker();
  const reason = 'bind_transceiver is refused: ESME_RINVPASWD (smpp_0x0e)';

  const line = await worker.untilLog('smpp.event');
  expect(line).toMatchObject({
    level: 'error',
    provider: 'smpp',
    event: { event: 'bind_failed', status: 'ESME_RINVPASWD', code: 'smpp_0x0e', host: '127.0.0.1' },
  });
  // Another provider can send.
  await until(async () =>
    expect(await worker.ready()).toMatchObject({
      status: 200,
      body: { providers: { smpp: { isAvailable: false, reason }, http: { isAvailable: true } } },
    }),
  );
  const metrics = await worker.metrics();
  expect(metrics).toContain('gateway_provider_available{provider="smpp"} 0');
  expect(metrics).toContain('gateway_provider_events_total{provider="smpp",event="bind_failed"} 1');
  expect(worker.output()).not.toContain('secret08');

  const alone = await gateway.startWorker({ PROVIDERS: 'smpp' });
  await until(async () => {
    const { status, body } = await alone.ready();
    expect(status).toBe(503);
    expect(body.reasons).toContain(`No provider can send. smpp: ${reason}`);
  });
});

test('the doctor says by name why a bind is refused', async () => {
  await using smsc = await refusing();
  const env = { ...baseEnv, ...smppEnv(smsc.port), PROVIDERS: 'smpp' };

  const { stdout, code } = await runGatewayCommand(['doctor', '--only', 'providers', '--json'], env);

  expect(code).toBe(1);
  expect(stdout).toContain('ESME_RINVPASWD');
  expect(stdout).not.toContain('secret08');
});

test('a bind is taken up again once the carrier takes it', async () => {
  let isDown = true;
  await using smsc = await startSmsc({
    bind_transceiver: (pdu, { respond }) => respond(pdu, { status: isDown ? 0x08 : 0, body: cString('') }),
  });
  await using gateway = await startGateway({ env: { ...smppEnv(smsc.port), PROVIDERS: 'smpp' } });
  const worker = await gateway.startWorker();
  await until(async () => expect((await worker.ready()).status).toBe(503));

  isDown = false;

  await until(async () => expect((await worker.ready()).status).toBe(200));
});

test('each of several binds has settings of its own, and the binds of one centre share its receipts', async () => {
  let sender: SmscConnection | undefined;
  await using smsc = await startSmsc({
    submit_sm: (pdu, connection) => {
      sender = connection;
      connection.respond(pdu, { body: cString('0A1B2C3D4E') });
    },
  });
  const carrier = (name: string) => ({
    [`SMPP_${name}_URL`]: `smpp://127.0.0.1:${smsc.port}`,
    [`SMPP_${name}_SYSTEM_ID`]: name,
    [`SMPP_${name}_PASSWORD`]: 'secret08',
    [`SMPP_${name}_FROM`]: 'Acme',
  });
  await using gateway = await startGateway({
    env: {
      PROVIDERS: 'smpp:carrierA,smpp:carrierB',
      ...carrier('CARRIERA'),
      ...carrier('CARRIERB'),
      SMPP_CARRIERA_ALPHANUMERIC_TON_NPI: '5/1',
    },
  });
  const worker = await gateway.startWorker();
  const binds = [await smsc.until('bind_transceiver', 1), await smsc.until('bind_transceiver', 2)];
  expect(binds.map((bind) => readBind(bind).systemId).toSorted()).toEqual(['CARRIERA', 'CARRIERB']);

  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
  const { id, attempts } = await untilConcluded(gateway.client, answer.body['id']);
  expect(attempts).toMatchObject([{ provider: 'smpp:carrierA', result: 'accepted' }]);
  expect(readSubmit(await smsc.until('submit_sm'))).toMatchObject({ sourceTon: 5, sourceNpi: 1 });

  const receipt = deliverBody({ text: Buffer.from('id:43405557070 stat:DELIVRD') });
  smsc.connections.find((connection) => connection !== sender)?.request('deliver_sm', receipt);

  await until(async () => {
    const trace = await createTraceReader({ redis: gateway.client }).read(id);
    expect(trace?.attempts).toMatchObject([{ provider: 'smpp:carrierA', receipt: { status: 'delivered' } }]);
  });
  expect(await worker.metrics()).toContain('gateway_provider_available{provider="smpp:carrierB"} 1');
});

test('a bind speaks the dialect of its settings', async () => {
  await using smsc = await startSmsc({ bind_transceiver: () => {} });
  await using gateway = await startGateway({
    env: {
      ...smppEnv(smsc.port),
      SMPP_BIND: 'transmitter+receiver',
      SMPP_INTERFACE_VERSION: '3.3',
      SMPP_ALPHABET: 'latin1',
      SMPP_VALIDITY: 'null',
      SMPP_SERVICE_TYPE: 'CMT',
      SMPP_DESTINATION_FORMAT: 'national',
      SMPP_DESTINATION_COUNTRY: 'KE',
      ALLOWED_COUNTRIES: 'KE',
    },
  });
  await gateway.startWorker();
  expect(readBind(await smsc.until('bind_receiver'))).toMatchObject({ interfaceVersion: 0x33 });

  const body = 'Votre code à usage unique: 493817';
  const answer = await postSms(gateway.ingress.url, { body: { recipient: '+254712345678', body } });

  await untilConcluded(gateway.client, answer.body['id']);
  expect(readSubmit(await smsc.until('submit_sm'))).toMatchObject({
    dest: '0712345678',
    destTon: 2,
    destNpi: 1,
    validity: '',
    serviceType: 'CMT',
    dataCoding: 0,
    message: Buffer.from(body, 'latin1'),
  });
});
