import { expect, test } from 'vitest';
import { postSms } from './support/auth0.ts';
import { writeConfig } from './support/config-file.ts';
import { acceptTwilio, twilioEnv } from './support/fake-twilio.ts';
import { startGateway } from './support/gateway.ts';
import { startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { untilConcluded } from './support/traces.ts';

const ROUTES = `
routes:
  enrolment:
    messageTypes: [otp_enroll]
    providers: [http, twilio]
  german-mobile:
    prefixes: ["+4915"]
    providers: [twilio]
    senders: { twilio: [Acme, "+14155550199"] }
  america:
    countries: [US]
    providers: [twilio]
    senders: { twilio: [Acme, "+14155550199"] }
`;

test('a message goes the way that the first rule gives it, as the sender that its country takes', async () => {
  await using twilio = await startScriptedProviderServer(acceptTwilio());
  await using config = await writeConfig(ROUTES);
  await using gateway = await startGateway({
    env: { ...twilioEnv(twilio.url), GATEWAY_CONFIG: config.path, PROVIDERS: 'http' },
  });
  const worker = await gateway.startWorker();
  const send = async (body: Record<string, unknown>) => {
    const answer = await postSms(gateway.ingress.url, { body });
    const { route, attempts, segments, encoding } = await untilConcluded(gateway.client, answer.body['id']);
    return { route, provider: attempts[0]?.provider, segments, encoding };
  };
  const senders = () => twilio.requests.map(({ body }) => new URLSearchParams(body).get('From'));

  expect(await send({ recipient: '+4915112345678' })).toMatchObject({
    route: 'german-mobile',
    provider: 'twilio',
  });
  expect(await send({ recipient: '+14155550123' })).toMatchObject({ route: 'america', provider: 'twilio' });
  expect(await send({ recipient: '+14155550123', message_type: 'otp_enroll' })).toMatchObject({
    route: 'enrolment',
    provider: 'http',
  });
  expect(await send({ recipient: '+33612345678', body: 'Votre code – 739164' })).toEqual({
    route: 'default',
    provider: 'http',
    encoding: 'UCS-2',
    segments: 1,
  });

  expect(senders()).toEqual(['Acme', '+14155550199']);
  expect(await worker.metrics()).toContain('gateway_segments_total{provider="http",encoding="ucs_2"} 1');
});

test('smart characters are replaced only where that is asked for', async () => {
  await using gateway = await startGateway();
  await gateway.startWorker({ SMART_CHARACTERS: 'replace' });

  const answer = await postSms(gateway.ingress.url, { body: { body: 'Don’t share it – 739164' } });
  const trace = await untilConcluded(gateway.client, answer.body['id']);

  expect(trace).toMatchObject({ encoding: 'GSM-7', segments: 1 });
  expect(gateway.sent()[0]).toMatchObject({ body: "Don't share it - 739164" });
});

test('a message to a country of registered senders carries what its operators demand, and no other does', async () => {
  await using plivo = await startScriptedProviderServer((response) => {
    const body = JSON.stringify({ message_uuid: ['db3ce55a-7f1d-11e1-8ea7-1231380bc196'] });
    response.writeHead(202, { 'content-type': 'application/json' }).end(body);
  });
  await using config = await writeConfig(`
registrations:
  IN:
    header: ACMEIN
    entityId: "1101456324675322134"
    templates:
      enroll: { id: "1107000000000000001", messageTypes: [otp_enroll], text: "{#var#} is your Acme code" }
      login: { id: "1107000000000000002", text: "{#var#} is your Acme code" }
`);
  await using gateway = await startGateway({
    env: {
      GATEWAY_CONFIG: config.path,
      PROVIDERS: 'plivo',
      PLIVO_AUTH_ID: 'MA0123456789ABCDEFGH',
      PLIVO_AUTH_TOKEN: 'token',
      PLIVO_FROM: '+14155550100',
      PLIVO_API_URL: plivo.url,
    },
  });
  const worker = await gateway.startWorker();
  const send = async (body: Record<string, unknown>) => {
    const answer = await postSms(gateway.ingress.url, { body });
    await untilConcluded(gateway.client, answer.body['id']);
    const { src, dlt_entity_id, dlt_template_id } = JSON.parse(plivo.requests.at(-1)?.body ?? '{}');
    return { src, entity: dlt_entity_id, template: dlt_template_id };
  };
  const india = { src: 'ACMEIN', entity: '1101456324675322134' };

  expect(await send({ recipient: '+919876543210', body: '493817 is your Acme code' })).toEqual({
    ...india,
    template: '1107000000000000002',
  });
  expect(
    await send({ recipient: '+919876543211', body: '493818 is your Acme code', message_type: 'otp_enroll' }),
  ).toEqual({ ...india, template: '1107000000000000001' });
  expect(await send({ recipient: '+14155550123', body: '493819 is your Acme code' })).toEqual({
    src: '14155550100',
    entity: undefined,
    template: undefined,
  });
  expect(await send({ recipient: '+919876543212', body: 'Acme: 493820' })).toEqual({
    ...india,
    template: undefined,
  });
  expect(worker.logLines().filter(({ msg }) => msg === 'delivery.template_missing')).toMatchObject([
    { country: 'IN' },
  ]);
});
