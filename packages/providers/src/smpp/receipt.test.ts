import { expect, test } from 'vitest';
import { packedGsm } from '../../../../test/support/smpp-provider.ts';
import { cString, deliverBody, tlv } from '../../../../test/support/smpp-smsc.ts';
import { readDelivery as readAny } from './receipt.ts';

const readDelivery = (body: Buffer) => readAny({ command: 'deliver_sm', body });

const text = (stat: string, err = '000') =>
  Buffer.from(`id:a_b@4711 sub:001 dlvrd:000 stat:${stat} err:${err} text:`);
const state = (value: number) => [tlv(0x1e, cString('4711')), tlv(0x04_27, Buffer.from([value]))];
const receipt = (status: string, code?: string, isCurable = false) => ({
  kind: 'receipt',
  receipt: { providerMessageId: 'a_b@4711', status, code, isCurable },
});

test.each([
  ['DELIVRD', '000', receipt('delivered')],
  ['DELIVERED', '000', receipt('delivered')],
  ['delivrd', '000', receipt('delivered')],
  ['ENROUTE', '000', receipt('sent')],
  ['ACCEPTD', '000', receipt('sent')],
  ['EXPIRED', '027', receipt('expired', 'smpp_expired_027')],
  ['DELETED', '000', receipt('failed', 'smpp_deleted', true)],
  ['UNDELIV', '075', receipt('undelivered', 'smpp_undeliv_075', true)],
  ['FAILED', '1A', receipt('undelivered', 'smpp_undeliv_1a', true)],
  ['REJECTD', '', receipt('failed', 'smpp_rejectd', true)],
  ['UNKNOWN', '000', receipt('unknown', 'smpp_unknown')],
])('reads the text form stat:%s err:%s', (stat, err, expected) => {
  expect(readDelivery(deliverBody({ text: text(stat, err) }))).toEqual(expected);
});

test.each([
  [1, 'sent', undefined, false],
  [2, 'delivered', undefined, false],
  [3, 'expired', 'smpp_expired', false],
  [4, 'failed', 'smpp_deleted', true],
  [5, 'undelivered', 'smpp_undeliv', true],
  [6, 'sent', undefined, false],
  [7, 'unknown', 'smpp_unknown', false],
  [8, 'failed', 'smpp_rejectd', true],
  [0, 'sent', undefined, false],
  [9, 'failed', 'smpp_skipped', true],
])('reads message_state %i', (value, status, code, isCurable) => {
  expect(readDelivery(deliverBody({ tlvs: state(value) }))).toEqual({
    kind: 'receipt',
    receipt: { providerMessageId: '4711', status, code, isCurable },
  });
});

test('knows a receipt by its TLVs where esm_class does not say so', () => {
  expect(readDelivery(deliverBody({ esmClass: 0, tlvs: state(2) }))).toMatchObject({ kind: 'receipt' });
});

test('takes an intermediate notification for no end', () => {
  expect(readDelivery(deliverBody({ esmClass: 0x20, text: text('UNDELIV', '005') }))).toEqual(
    receipt('sent'),
  );
});

test('names the error of the network where the text names none', () => {
  const tlvs = [...state(5), tlv(0x04_23, Buffer.from([3, 0x01, 0x0b]))];
  expect(readDelivery(deliverBody({ tlvs }))).toMatchObject({ receipt: { code: 'smpp_undeliv_267' } });
});

test.each([
  ['an id without its NUL', [tlv(0x1e, Buffer.from('4711')), tlv(0x04_27, Buffer.from([2]))]],
  ['a TLV of a vendor before it', [tlv(0x14_01, Buffer.from('x')), ...state(2)]],
  ['a TLV cut off after it', [...state(2), Buffer.from([0x14, 0x02, 0, 9, 1])]],
])('reads TLVs with %s', (_, tlvs) => {
  expect(readDelivery(deliverBody({ tlvs }))).toMatchObject({
    receipt: { providerMessageId: '4711', status: 'delivered' },
  });
});

test.each([
  ['UCS-2', { dataCoding: 8, text: Buffer.from('id:4711 stat:DELIVRD', 'utf16le').swap16() }],
  ['UCS-2 under the data_coding 0', { text: Buffer.from('id:4711 stat:DELIVRD', 'utf16le').swap16() }],
  ['UCS-2 of the other byte order', { dataCoding: 8, text: Buffer.from('id:4711 stat:DELIVRD', 'utf16le') }],
  ['ASCII under the data_coding of UCS-2', { dataCoding: 8, text: Buffer.from('id:4711 stat:DELIVRD') }],
  [
    'UCS-2 with the text of the message',
    { dataCoding: 8, text: Buffer.from('id:4711 stat:DELIVRD text:Ваш код', 'utf16le').swap16() },
  ],
  ['packed GSM-7', { text: packedGsm('id:4711 stat:DELIVRD err:000') }],
  ['JSON', { text: Buffer.from('{"id":"4711","stat":"DELIVRD"}') }],
  ['a message_payload', { tlvs: [tlv(0x04_24, Buffer.from('id:4711 stat:DELIVRD'))] }],
])('reads a text in %s', (_, body) => {
  expect(readDelivery(deliverBody(body))).toMatchObject({ receipt: { providerMessageId: '4711' } });
});

test('reads an id with the underscore of GSM-7', () => {
  const written = Buffer.from('id:a\u0011b@4711 stat:DELIVRD', 'latin1');
  expect(readDelivery(deliverBody({ text: written }))).toMatchObject({
    receipt: { providerMessageId: 'a_b@4711', status: 'delivered' },
  });
});

test.each([
  ['id:4711 stat:DELIVRD err:000', 'receipt'],
  ['id:4711 stat:UNDELIV', 'receipt'],
  ['id:4711', 'message'],
  ['stat:DELIVRD', 'message'],
  ['Stop', 'message'],
])('takes the unmarked text %j for a %s where the centre marks no receipts', (written, kind) => {
  const body = deliverBody({ esmClass: 0, text: Buffer.from(written) });
  expect(readAny({ command: 'deliver_sm', body }, 'text').kind).toBe(kind);
  expect(readAny({ command: 'deliver_sm', body }).kind).toBe('message');
});

test("believes nothing of the message's own text", () => {
  const body = deliverBody({ text: Buffer.from('id:4711 sub:001 Text:stat:UNDELIV err:005') });
  expect(readDelivery(body)).toMatchObject({ receipt: { providerMessageId: '4711', status: 'sent' } });
});

test.each<[text: string, id: string | undefined, status: string | undefined]>([
  ['id:4711 stat: DELIVRD', '4711', 'delivered'],
  ['id: 4711 stat : DELIVRD err: 000', '4711', 'delivered'],
  ['ID:4711 STAT:Delivered', '4711', 'delivered'],
  ['id=4711;stat=UNDELIVERABLE;err=27', '4711', 'undelivered'],
  ['id:4711,sub:001,dlvrd:000,stat:EXPIRED,err:000', '4711', 'expired'],
  ['stat:REJECTED id:4711', '4711', 'failed'],
  ['message id: "4711" status: failed', '4711', 'undelivered'],
  ['msgid:4711 state:ACCEPTED', '4711', 'sent'],
  ['id:4711 sub:001 dlvrd:001 submit date:2611230700 done date:2611230701 err:000', '4711', 'delivered'],
  ['id:4711 sub:001 dlvrd:000 submit date:2611230700 done date:2611230701 err:011', '4711', 'undelivered'],
  ['id:4711 sub:001 dlvrd:000 stat:BLOCKED err:012', '4711', 'undelivered'],
  ['id:4711 sub:001 dlvrd:001 stat:OK err:000', '4711', 'delivered'],
  ['id:4711 stat:SUBMITD', '4711', 'sent'],
  ['id:4711 stat:BUFFERD', '4711', 'sent'],
  ['id:4711 submit date:26-11-23 07:00:59 done date: stat:DELIVRD', '4711', 'delivered'],
  ['id:4711 done date:20261123070159.123+0000 stat:UNDELIV', '4711', 'undelivered'],
  ['id:4711 done date:Mon Nov 23 07:01:59 UTC 2026 stat:DELIVRD', '4711', 'delivered'],
  ['id:4711 The message was delivered', '4711', 'delivered'],
  ['id:4711 Delivery failed: subscriber absent', '4711', 'undelivered'],
  ['id:4711 Could not be delivered', '4711', 'undelivered'],
  ['id:4711 Message undelivered', '4711', 'undelivered'],
  ['id:4711 Delivery report', '4711', 'sent'],
  ["id:4711 The message couldn't be delivered", '4711', 'undelivered'],
  ['id:4711 The message cannot be delivered', '4711', 'undelivered'],
  ['id:4711 Not successful', '4711', 'undelivered'],
  ['id:4711 Delivery unsuccessful', '4711', 'undelivered'],
  ['id:4711 delivered: false', '4711', 'undelivered'],
  ['id:4711 delivered=0', '4711', 'undelivered'],
  ['{"id":"4711","delivered":"no"}', '4711', 'undelivered'],
  ['id:4711 Waiting to be delivered', '4711', 'sent'],
  ['id:4711 Failed to be delivered', '4711', 'undelivered'],
  ['id:4711 The message was sent, the client has it: delivered', '4711', 'delivered'],
  ['id:4711 stat:DELIVERY_FAILED', '4711', 'undelivered'],
  ['id:4711 stat:NOT_DELIVERED', '4711', 'undelivered'],
  ['id:4711 stat:NON-DELIVERED', '4711', 'undelivered'],
  ['id:4711 stat:UNDLVRD', '4711', 'undelivered'],
  ['id:4711 stat:BLOCKED', '4711', 'undelivered'],
  ['id:4711 stat:DELIVERED_TO_HANDSET', '4711', 'delivered'],
  ['id:4711 stat:EN_ROUTE', '4711', 'sent'],
  ['id:bWVzc2FnZQ== sub:001 stat:DELIVRD', 'bWVzc2FnZQ==', 'delivered'],
  ['id:12:4711 sub:001 stat:DELIVRD', '12:4711', 'delivered'],
  ['smsc_id:2 id:4711 stat:DELIVRD', '4711', 'delivered'],
  ['sms_id:4711 stat:DELIVRD', '4711', 'delivered'],
  ['id: submit date:2611230700 stat:DELIVRD', undefined, undefined],
  ['id: sub:001 stat:DELIVRD', undefined, undefined],
  ['sub:001 stat:DELIVRD', undefined, undefined],
])('reads the text %j', (written, id, status) => {
  const delivery = readDelivery(deliverBody({ text: Buffer.from(written) }));
  expect(delivery.kind === 'receipt' ? delivery.receipt.providerMessageId : undefined).toBe(id);
  expect(delivery.kind === 'receipt' ? delivery.receipt.status : undefined).toBe(status);
});

test.each([
  ['Message delivered to handset', 'delivered'],
  ['Absent subscriber', 'sent'],
  ['rejected by operator', 'failed'],
])('reads an id in a TLV beside the free text %j', (written, status) => {
  const tlvs = [tlv(0x1e, cString('4711'))];
  expect(readDelivery(deliverBody({ esmClass: 0, text: Buffer.from(written), tlvs }))).toMatchObject({
    receipt: { providerMessageId: '4711', status },
  });
});

test('reads a text that ends as a C string', () => {
  expect(readDelivery(deliverBody({ text: Buffer.from('stat:DELIVRD id:4711\0') }))).toMatchObject({
    receipt: { providerMessageId: '4711', status: 'delivered' },
  });
});

test('tells what the text calls a message that the TLV calls otherwise', () => {
  const tlvs = [tlv(0x1e, cString('4711'))];
  expect(readDelivery(deliverBody({ text: Buffer.from('id:0815 stat:DELIVRD'), tlvs }))).toMatchObject({
    receipt: { providerMessageId: '4711' },
    otherId: '0815',
  });
});

test('reads a text behind a user data header', () => {
  const header = Buffer.from([5, 0, 3, 1, 1, 1]);
  const whole = Buffer.concat([header, Buffer.from('id:4711 stat:DELIVRD')]);
  expect(readDelivery(deliverBody({ esmClass: 0x44, text: whole }))).toMatchObject({
    receipt: { providerMessageId: '4711', status: 'delivered' },
  });
});

test.each(['\u0007', 'x'.repeat(65)])('takes no id of control characters or unbounded length', (id) => {
  expect(readDelivery(deliverBody({ text: Buffer.from(`id:${id} stat:DELIVRD`) }))).toEqual({
    kind: 'unreadable',
  });
});

test('reads every beginning of a receipt without failing', () => {
  const whole = deliverBody({ text: text('DELIVRD'), tlvs: state(2) });
  for (let length = 0; length < whole.length; length++) {
    const delivery = readDelivery(whole.subarray(0, length));
    expect(delivery.kind).toMatch(/^(receipt|unreadable)$/);
    if (delivery.kind === 'receipt')
      expect(['a_b@4711', '4711']).toContain(delivery.receipt.providerMessageId);
  }
});
