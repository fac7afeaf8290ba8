import { expect, test } from 'vitest';
import { cString, deliverBody, tlv } from '../../../../test/support/smpp-smsc.ts';
import { readDelivery } from './receipt.ts';

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
  ['a message_payload', { tlvs: [tlv(0x04_24, Buffer.from('id:4711 stat:DELIVRD'))] }],
])('reads a text in %s', (_, body) => {
  expect(readDelivery(deliverBody(body))).toMatchObject({ receipt: { providerMessageId: '4711' } });
});

test("believes nothing of the message's own text", () => {
  const body = deliverBody({ text: Buffer.from('id:4711 sub:001 Text:stat:UNDELIV err:005') });
  expect(readDelivery(body)).toEqual({ kind: 'unreadable' });
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
