import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import { SMS, useSmppProvider } from '../../../../test/support/smpp-provider.ts';
import { cString, deliverBody, startSmsc, tlv } from '../../../../test/support/smpp-smsc.ts';
import { until } from '../../../../test/support/until.ts';

const idle = () => new AbortController().signal;
const TEXT =
  'id:4711 sub:001 dlvrd:001 submit date:2611230700 done date:2611230701 stat:DELIVRD err:000 Text:Your code is 49';
const DELIVERED = { providerMessageId: '4711', status: 'delivered', code: undefined, isCurable: false };
const receiptBody = (text = TEXT) => deliverBody({ text: Buffer.from(text) });

test('answers a receipt once it is stored, and not before', async () => {
  let store!: () => void;
  const stored = new Promise<void>((resolve) => {
    store = resolve;
  });
  const onReceipt = vi.fn(() => stored);
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port, onReceipt });
  await provider.send(SMS, idle());
  const { request } = smsc.first();

  const sequence = request('deliver_sm', receiptBody());
  request('enquire_link');
  await smsc.until('enquire_link_resp');
  expect(smsc.of('deliver_sm_resp')).toHaveLength(0);
  expect(onReceipt).toHaveBeenCalledExactlyOnceWith(DELIVERED);
  store();

  expect(await smsc.until('deliver_sm_resp')).toMatchObject({ sequence, status: 0, body: cString('') });
});

test('asks for a receipt again that could not be stored, and goes on', async () => {
  let isBroken = true;
  const onReceipt = vi.fn(async () => {
    if (isBroken) throw new Error(`no room for ${SMS.to}`);
  });
  await using smsc = await startSmsc();
  const { provider, events } = useSmppProvider({ port: smsc.port, onReceipt });
  await provider.send(SMS, idle());
  const { request } = smsc.first();

  request('deliver_sm', receiptBody());
  expect(await smsc.until('deliver_sm_resp')).toMatchObject({ status: 0x64 });
  isBroken = false;
  request('deliver_sm', receiptBody());
  expect(await smsc.until('deliver_sm_resp', 2)).toMatchObject({ status: 0 });

  expect(onReceipt).toHaveBeenCalledTimes(2);
  expect(events).toEqual([{ event: 'bound' }, { event: 'receipt_refused' }]);
});

test('hands a receipt on as often as it comes', async () => {
  await using smsc = await startSmsc();
  const { provider, receipts } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());
  const { request } = smsc.first();

  request('deliver_sm', receiptBody());
  request('deliver_sm', receiptBody());

  await smsc.until('deliver_sm_resp', 2);
  expect(receipts).toEqual([DELIVERED, DELIVERED]);
});

test.each([
  ['a message from a handset', deliverBody({ esmClass: 0, text: Buffer.from('STOP 493817') }), 0],
  [
    'a message from a handset that looks like a receipt',
    deliverBody({ esmClass: 0, text: Buffer.from(TEXT) }),
    0,
  ],
  ["a handset's own acknowledgement", deliverBody({ esmClass: 0x08, text: Buffer.from(TEXT) }), 0],
  ['a receipt without an id', receiptBody('stat:DELIVRD 493817'), 1],
  ['a receipt without a state', receiptBody('id:4711 493817'), 1],
  ['a receipt cut off', receiptBody().subarray(0, 60), 1],
  ['an empty body', Buffer.alloc(0), 1],
])('acknowledges %s and keeps it to itself', async (_, body, unreadable) => {
  await using smsc = await startSmsc();
  const { provider, receipts, events } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());

  const sequence = smsc.first().request('deliver_sm', body);

  expect(await smsc.until('deliver_sm_resp')).toMatchObject({ sequence, status: 0 });
  expect(receipts).toEqual([]);
  expect(events.filter(({ event }) => event === 'receipt_unreadable')).toHaveLength(unreadable);
  expect(inspect(events)).not.toContain('493817');
});

test.each([
  ['the same', '0a1b2c3d4e', '0a1b2c3d4e'],
  ['the other case', '0A1B2C3D4E', '0a1b2c3d4e'],
  ['the decimal form of a hexadecimal one', '0A1B2C3D4E', '43405557070'],
  ['the hexadecimal form of a decimal one', '43405557070', '0A1B2C3D4E'],
  ['one without its padding', '0004711471', '4711471'],
])('knows a message by a receipt whose id is %s', async (_, submitted, received) => {
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => respond(pdu, { body: cString(submitted) }),
  });
  const { provider, receipts } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());

  smsc.first().request('deliver_sm', receiptBody(TEXT.replace('4711', received)));

  await until(() => expect(receipts).toMatchObject([{ providerMessageId: submitted }]));
});

test('takes the id and the state of the TLVs where there are any', async () => {
  await using smsc = await startSmsc();
  const { provider, receipts } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());

  const tlvs = [tlv(0x1e, cString('4712')), tlv(0x04_27, Buffer.from([5]))];
  smsc.first().request('deliver_sm', deliverBody({ text: Buffer.from(TEXT), tlvs }));

  await until(() =>
    expect(receipts).toEqual([
      { providerMessageId: '4712', status: 'undelivered', code: 'smpp_undeliv', isCurable: true },
    ]),
  );
});
