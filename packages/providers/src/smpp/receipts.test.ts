import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import { createLocalMemory, SMS, useSmppProvider } from '../../../../test/support/smpp-provider.ts';
import { cString, dataBody, deliverBody, startSmsc, tlv } from '../../../../test/support/smpp-smsc.ts';
import { until } from '../../../../test/support/until.ts';

const idle = () => new AbortController().signal;
const TEXT =
  'id:4711 sub:001 dlvrd:001 submit date:2611230700 done date:2611230701 stat:DELIVRD err:000 Text:Your code is 49';
const DELIVERED = { providerMessageId: '4711', status: 'delivered', code: undefined, isCurable: false };
/** How such a receipt may be filed. */
const NAME = expect.objectContaining({ id: '4711' });
const receiptBody = (text = TEXT) => deliverBody({ text: Buffer.from(text) });

test('answers a receipt once it is stored, and not before', async () => {
  let store!: () => void;
  const stored = new Promise<void>((resolve) => {
    store = resolve;
  });
  const onReceipt = vi.fn(() => stored.then(() => undefined));
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port, onReceipt });
  await provider.send(SMS, idle());
  const { request } = smsc.first();

  const sequence = request('deliver_sm', receiptBody());
  request('enquire_link');
  await smsc.until('enquire_link_resp');
  expect(smsc.of('deliver_sm_resp')).toHaveLength(0);
  expect(onReceipt).toHaveBeenCalledExactlyOnceWith({ ...DELIVERED, name: NAME });
  store();

  expect(await smsc.until('deliver_sm_resp')).toMatchObject({ sequence, status: 0, body: cString('') });
});

test('has the SMSC repeat a receipt that could not be stored, and continues', async () => {
  let isBroken = true;
  const onReceipt = vi.fn(async () => {
    if (isBroken) throw new Error(`no room for ${SMS.to}`);
    return undefined;
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

test('passes a receipt on as often as it arrives', async () => {
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
  ['a receipt cut off', receiptBody().subarray(0, 60), 1],
  ['an empty body', Buffer.alloc(0), 1],
])('acknowledges %s without passing it on', async (_, body, unreadable) => {
  await using smsc = await startSmsc();
  const { provider, receipts, events } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());

  const sequence = smsc.first().request('deliver_sm', body);

  expect(await smsc.until('deliver_sm_resp')).toMatchObject({ sequence, status: 0 });
  expect(receipts).toEqual([]);
  expect(events.filter(({ event }) => event === 'receipt_unreadable')).toHaveLength(unreadable);
  expect(inspect(events)).not.toContain('493817');
});

test('accepts a receipt as a data_sm', async () => {
  await using smsc = await startSmsc();
  const { provider, receipts } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());

  const sequence = smsc.first().request('data_sm', dataBody({ tlvs: [tlv(0x04_24, Buffer.from(TEXT))] }));

  expect(await smsc.until('data_sm_resp')).toMatchObject({ sequence, status: 0, body: cString('') });
  expect(receipts).toEqual([DELIVERED]);
});

test('reports the form of something that it could not use, but not its content', async () => {
  await using smsc = await startSmsc();
  const { provider, whole } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());

  smsc.first().request('deliver_sm', deliverBody({ esmClass: 0, text: Buffer.from('Stop 493817') }));
  smsc.first().request('deliver_sm', receiptBody('stat:DELIVRD, from 14155550123'));

  await until(() =>
    expect(whole.slice(1)).toMatchObject([
      { event: 'no_receipt', shape: { command: 'deliver_sm', esmClass: 0, form: 'a{4} 9{6}' } },
      { event: 'receipt_unreadable', shape: { esmClass: 4, form: 'stat:a{7}, a{4} 9{11}' } },
    ]),
  );
});

test('shows a receipt without a readable id as a problem for a minute, which stops nothing', async () => {
  let nowMs = 0;
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port, now: () => nowMs });
  await provider.send(SMS, idle());
  expect(provider.problem?.()).toBeUndefined();

  smsc.first().request('deliver_sm', receiptBody('stat:DELIVRD 493817'));
  await smsc.until('deliver_sm_resp');

  expect(provider.problem?.()).toEqual({
    reason: 'a receipt came without an id that can be read: form="stat:a{7} 9{6}"',
    stopsSending: false,
  });
  nowMs += 60_000;
  expect(provider.problem?.()).toBeUndefined();
});

test('learns how an SMSC writes the ids of its receipts, and remembers it', async () => {
  const memory = createLocalMemory();
  await using smsc = await startSmsc();
  const names: unknown[] = [];
  const { provider, events } = useSmppProvider({
    port: smsc.port,
    memory,
    onReceipt: async ({ name }) => {
      names.push(name?.messageIds);
      return { filedAs: '0A1B'.toLowerCase().replace(/^0/, ''), isOnly: true };
    },
  });
  await provider.send(SMS, idle());
  const { request } = smsc.first();

  // 0xa1b is 2587.
  for (let count = 1; count <= 3; count++) {
    request('deliver_sm', receiptBody('id:02587 stat:DELIVRD'));
    await smsc.until('deliver_sm_resp', count);
  }

  expect(names).toEqual([['2587', 'a1b', '9607'], ['2587', 'a1b', '9607'], ['a1b']]);
  expect(events).toContainEqual({ event: 'id_form_learnt' });
  expect(await memory.idForm(`127.0.0.1:${smsc.port}`)).toBe('hex-to-decimal');
});

test('takes the id and the state from the TLVs if there are any', async () => {
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
