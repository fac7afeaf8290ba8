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
