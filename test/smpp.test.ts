import { createTraceReader } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { startGateway } from './support/gateway.ts';
import { smppEnv } from './support/smpp-env.ts';
import { deliverBody, startSmsc } from './support/smpp-smsc.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

test('a message goes to an SMSC, and after an undelivered receipt to the next provider', async () => {
  await using smsc = await startSmsc();
  await using gateway = await startGateway({ env: smppEnv(smsc.port) });
  const worker = await gateway.startWorker();
  await worker.untilLog('smpp.event', ({ event }) => JSON.stringify(event).includes('bound'));

  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
  const trace = await untilConcluded(gateway.client, answer.body['id']);
  expect(trace.attempts).toMatchObject([{ provider: 'smpp', result: 'accepted', providerMessageId: 'id-1' }]);
  smsc.first().request('deliver_sm', deliverBody({ text: Buffer.from('id:id-1 stat:UNDELIV err:001') }));

  await until(async () => {
    const after = await createTraceReader({ redis: gateway.client }).read(trace.id);
    expect(after?.attempts).toMatchObject([
      { provider: 'smpp', receipt: { status: 'undelivered' } },
      { provider: 'http', result: 'accepted' },
    ]);
  });
  expect(await smsc.until('deliver_sm_resp')).toMatchObject({ status: 0 });
  expect(gateway.sent()).toHaveLength(1);
});

test('a worker without its SMSC starts, and sends through the next provider', async () => {
  await using gateway = await startGateway({ env: smppEnv(1) });
  const worker = await gateway.startWorker();

  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
  const trace = await untilConcluded(gateway.client, answer.body['id']);

  expect(trace.attempts).toMatchObject([
    { provider: 'smpp', result: 'transient', code: 'smpp_not_bound' },
    { provider: 'http', result: 'accepted' },
  ]);
  await worker.stop();
  expect(await worker.untilLog('worker.stopped')).toMatchObject({ drained: true });
  expect(worker.output()).not.toContain('secret08');
});
