import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { startGateway, startGatewayProcesses } from './support/gateway.ts';
import { smppEnv } from './support/smpp-env.ts';
import { cString, readSubmit, startSmsc } from './support/smpp-smsc.ts';
import { untilConcluded } from './support/traces.ts';

/** Three parts in UCS-2. */
const LONG = 'Ваш код подтверждения 493817. '.repeat(6);

type Smsc = Awaited<ReturnType<typeof startSmsc>>;
const partsOf = (smsc: Smsc) => smsc.of('submit_sm').map((pdu) => readSubmit(pdu).message[5]);
const referencesOf = (smsc: Smsc) => new Set(smsc.of('submit_sm').map((pdu) => readSubmit(pdu).message[3]));

test('a text whose second part is throttled goes on at that part, and nobody else sends it', async () => {
  let refusals = 2;
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => {
      const part = readSubmit(pdu).message[5];
      const isRefused = part === 2 && refusals-- > 0;
      respond(pdu, {
        status: isRefused ? 0x58 : 0,
        body: isRefused ? Buffer.alloc(0) : cString(`id-${part}`),
      });
    },
  });
  await using gateway = await startGateway({ env: smppEnv(smsc.port) });
  await gateway.startWorker();
  await smsc.until('bind_transceiver');

  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber(), body: LONG } });
  const trace = await untilConcluded(gateway.client, answer.body['id']);

  expect(trace).toMatchObject({
    outcome: 'sent',
    attempts: [{ provider: 'smpp', providerMessageId: 'id-1' }],
  });
  expect(partsOf(smsc)).toEqual([1, 2, 2, 2, 3]);
  expect(referencesOf(smsc).size).toBe(1);
  expect(gateway.sent()).toEqual([]);
});

test('texts to one number have references of their own, whichever worker sends them', async () => {
  await using smsc = await startSmsc();
  await using gateway = await startGateway({ env: { ...smppEnv(smsc.port), PROVIDERS: 'smpp' } });
  await Promise.all([gateway.startWorker(), gateway.startWorker()]);
  await smsc.until('bind_transceiver', 2);

  for (let count = 0; count < 4; count++) {
    const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber(), body: LONG } });
    await untilConcluded(gateway.client, answer.body['id']);
  }

  expect(referencesOf(smsc).size).toBe(4);
});

test('a worker that takes over from a dead one sends the parts that were not acknowledged, and no others', async () => {
  let isSilent = true;
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => {
      const part = readSubmit(pdu).message[5];
      if (part === 1 || !isSilent) respond(pdu, { body: cString(`id-${part}`) });
    },
  });
  await using gateway = await startGatewayProcesses({ env: { ...smppEnv(smsc.port), PROVIDERS: 'smpp' } });
  const dying = await gateway.startWorker();
  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber(), body: LONG } });
  await smsc.until('submit_sm', 2);

  dying.signal('SIGKILL');
  await dying.exited;
  isSilent = false;
  await gateway.startWorker();

  const trace = await untilConcluded(gateway.client, answer.body['id']);
  expect(trace).toMatchObject({
    outcome: 'sent',
    attempts: [{ result: 'unknown' }, { result: 'accepted', providerMessageId: 'id-1' }],
  });
  expect(partsOf(smsc)).toEqual([1, 2, 2, 3]);
  expect(referencesOf(smsc).size).toBe(1);
});
