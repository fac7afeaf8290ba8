import { createTraceReader } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { startGateway } from './support/gateway.ts';
import { smppEnv } from './support/smpp-env.ts';
import {
  cString,
  dataBody,
  deliverBody,
  readSubmit,
  type Script,
  type SmscConnection,
  startSmsc,
  tlv,
} from './support/smpp-smsc.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

type Receipt = { command?: 'deliver_sm' | 'data_sm'; body: Buffer };
const text = (written: string): Receipt => ({ body: deliverBody({ text: Buffer.from(written) }) });

/** Two workers bound to one SMSC; `submitted` is the id that it answers. */
async function startTwoWorkers(
  smsc: Awaited<ReturnType<typeof startSmsc>>,
  env: Record<string, string> = {},
) {
  const gateway = await startGateway({ env: { ...smppEnv(smsc.port), ...env } });
  const workers = [await gateway.startWorker(), await gateway.startWorker()];
  await smsc.until('bind_transceiver', 2);
  const traces = createTraceReader({ redis: gateway.client });
  return {
    gateway,
    workers,
    send: async () => {
      const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
      return String(answer.body['id']);
    },
    untilReceipt: (id: unknown, status: string) =>
      until(async () => {
        const trace = await traces.read(String(id));
        expect(trace?.attempts.at(-1)?.receipt).toMatchObject({ status });
      }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** The connection that did not send, if `isOther`, else the one that did. */
function connectionOf(
  connections: SmscConnection[],
  sender: SmscConnection,
  isOther: boolean,
): SmscConnection {
  const [found] = connections.filter((connection) => (connection === sender) !== isOther);
  if (!found) throw new Error('no such connection');
  return found;
}

test.each<[how: string, submitted: string, receipt: Receipt]>([
  ['with the same id', '4711471147', text('id:4711471147 sub:001 dlvrd:001 stat:DELIVRD err:000 text:x')],
  ['with the decimal form of a hexadecimal id', '0A1B2C3D4E', text('id:43405557070 stat:DELIVRD')],
  ['with the hexadecimal form of a decimal id', '43405557070', text('id:0a1b2c3d4e stat:DELIVRD')],
  ['with the zeros dropped', '0004711471', text('id:4711471 stat:DELIVRD')],
  ['with a space after stat:', '4711471147', text('id:4711471147 stat: DELIVRD')],
  ['in another order and spelling', '4711471147', text('Stat=Delivered;ID="4711471147";err=0')],
  ['with odd dates', '4711471147', text('id:4711471147 done date:2026-11-23T07:01:59.1Z stat:DELIVRD')],
  [
    'without stat:',
    '4711471147',
    text('id:4711471147 sub:001 dlvrd:001 submit date:2611230700 done date:2611230701 err:000'),
  ],
  [
    'with receipted_message_id and free text',
    '4711471147',
    {
      body: deliverBody({
        text: Buffer.from('Message delivered to handset'),
        tlvs: [tlv(0x1e, cString('4711471147'))],
      }),
    },
  ],
  [
    'with TLVs alone',
    '4711471147',
    { body: deliverBody({ tlvs: [tlv(0x1e, cString('4711471147')), tlv(0x04_27, Buffer.from([2]))] }) },
  ],
  [
    'by data_sm',
    '4711471147',
    {
      command: 'data_sm',
      body: dataBody({ tlvs: [tlv(0x04_24, Buffer.from('id:4711471147 stat:DELIVRD'))] }),
    },
  ],
])('a receipt %s finds its message by the other worker', async (_, submitted, { command, body }) => {
  let sender: SmscConnection | undefined;
  await using smsc = await startSmsc({
    submit_sm: (pdu, connection) => {
      sender = connection;
      connection.respond(pdu, { body: cString(submitted) });
    },
  });
  await using fleet = await startTwoWorkers(smsc);
  const { id } = await untilConcluded(fleet.gateway.client, await fleet.send());
  if (!sender) throw new Error('nothing was submitted');

  connectionOf(smsc.connections, sender, true).request(command ?? 'deliver_sm', body);

  await fleet.untilReceipt(id, 'delivered');
});

test.each([true, false])(
  'a receipt that comes before the response finds its message (by the other worker: %s)',
  async (isOther) => {
    await using smsc = await startSmsc({
      submit_sm: (pdu, connection) => {
        const { request } = connectionOf(smsc.connections, connection, isOther);
        request('deliver_sm', text('id:43405557070 stat:DELIVRD').body);
        void smsc
          .until('deliver_sm_resp')
          .then(() => connection.respond(pdu, { body: cString('0A1B2C3D4E') }));
      },
    });
    await using fleet = await startTwoWorkers(smsc);

    await fleet.untilReceipt(await fleet.send(), 'delivered');
  },
);

test('a receipt that comes after every worker was replaced finds its message', async () => {
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => respond(pdu, { body: cString('0A1B2C3D4E') }),
  });
  await using fleet = await startTwoWorkers(smsc);
  const { id } = await untilConcluded(fleet.gateway.client, await fleet.send());
  for (const worker of fleet.workers) await worker[Symbol.asyncDispose]();
  await fleet.gateway.startWorker();
  await smsc.until('bind_transceiver', 3);

  smsc.connections.at(-1)?.request('deliver_sm', text('id:43405557070 stat:DELIVRD').body);

  await fleet.untilReceipt(id, 'delivered');
});

const lateAnswer = () => {
  const held: (() => void)[] = [];
  const script: Script = {
    submit_sm: (pdu, { respond }) => void held.push(() => respond(pdu, { body: cString('id-late') })),
  };
  return { held, script };
};

test('a response that comes late settles its attempt, and the receipt of that finds it', async () => {
  const { held, script } = lateAnswer();
  await using smsc = await startSmsc(script);
  await using fleet = await startTwoWorkers(smsc, { SMPP_RESPONSE_TIMEOUT: '1s', ON_UNKNOWN: 'give_up' });
  const { id, attempts } = await untilConcluded(fleet.gateway.client, await fleet.send());
  expect(attempts).toMatchObject([{ result: 'unknown', code: 'answer_timeout' }]);

  for (const { request } of smsc.connections) request('deliver_sm', text('id:id-late stat:DELIVRD').body);
  await smsc.until('deliver_sm_resp', 2);
  for (const answer of held) answer();

  await fleet.untilReceipt(id, 'delivered');
  const trace = await createTraceReader({ redis: fleet.gateway.client }).read(id);
  expect(trace?.attempts).toMatchObject([
    { result: 'accepted', providerMessageId: 'id-late', code: undefined },
  ]);
});

test('a response that comes late keeps its message from being sent again', async () => {
  const { held, script } = lateAnswer();
  await using smsc = await startSmsc(script);
  await using fleet = await startTwoWorkers(smsc, {
    PROVIDERS: 'smpp',
    SMPP_RESPONSE_TIMEOUT: '1s',
    // Nothing is sent for a while after the first.
    SMPP_RATE_LIMIT: '0.2',
  });
  const id = await fleet.send();
  await until(async () => {
    const trace = await createTraceReader({ redis: fleet.gateway.client }).read(id);
    expect(trace?.attempts).toMatchObject([{ result: 'unknown' }]);
  });

  for (const answer of held) answer();

  const trace = await untilConcluded(fleet.gateway.client, id);
  expect(trace).toMatchObject({
    outcome: 'sent',
    attempts: [{ result: 'accepted', providerMessageId: 'id-late' }],
  });
  expect(smsc.of('submit_sm')).toHaveLength(1);
});

test('what matches nothing is acknowledged, counted, and told by its shape', async () => {
  await using smsc = await startSmsc();
  await using gateway = await startGateway({ env: smppEnv(smsc.port) });
  const worker = await gateway.startWorker();
  await smsc.until('bind_transceiver');
  await worker.untilLog('smpp.event', ({ event }) => JSON.stringify(event).includes('bound'));

  const { request } = smsc.first();
  request('deliver_sm', text('id:9999999999 stat:DELIVRD err:000').body);
  request('deliver_sm', text('stat:DELIVRD 493817').body);
  request('deliver_sm', deliverBody({ esmClass: 0, text: Buffer.from('Stop 493817') }));

  await smsc.until('deliver_sm_resp', 3);
  expect(smsc.of('deliver_sm_resp').map(({ status }) => status)).toEqual([0, 0, 0]);
  await worker.untilLog('smpp.event', ({ event }) =>
    JSON.stringify(event).includes('id:9{10} stat:a{7} err:9{3}'),
  );
  const metrics = await worker.metrics();
  for (const event of ['receipt_unmatched', 'receipt_unreadable', 'no_receipt']) {
    expect(metrics).toContain(`gateway_provider_events_total{provider="smpp",event="${event}"} 1`);
  }
  expect(worker.output()).not.toContain('493817');
});

test('receipts of parts that come before the response do not deliver the message alone', async () => {
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond, request }) => {
      const part = readSubmit(pdu).message[5];
      if (part === 2) request('deliver_sm', text('id:part-2 stat:DELIVRD').body);
      void (part === 2 ? smsc.until('deliver_sm_resp') : Promise.resolve()).then(() =>
        respond(pdu, { body: cString(`part-${part}`) }),
      );
    },
  });
  await using fleet = await startTwoWorkers(smsc);
  const answer = await postSms(fleet.gateway.ingress.url, {
    body: { recipient: freshNumber(), body: 'Ваш код подтверждения 493817. '.repeat(4) },
  });
  const { id } = await untilConcluded(fleet.gateway.client, answer.body['id']);

  await fleet.untilReceipt(id, 'sent');
});

test('a part of a long text finds its message, and does not deliver it alone', async () => {
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => respond(pdu, { body: cString(`part-${readSubmit(pdu).message[5]}`) }),
  });
  await using fleet = await startTwoWorkers(smsc);
  const answer = await postSms(fleet.gateway.ingress.url, {
    body: { recipient: freshNumber(), body: 'Ваш код подтверждения 493817. '.repeat(4) },
  });
  const { id } = await untilConcluded(fleet.gateway.client, answer.body['id']);

  smsc.first().request('deliver_sm', text('id:part-2 stat:DELIVRD').body);
  await fleet.untilReceipt(id, 'sent');
  smsc.first().request('deliver_sm', text('id:part-1 stat:DELIVRD').body);
  await fleet.untilReceipt(id, 'delivered');
});
