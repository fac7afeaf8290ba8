import { loadWorkerConfig } from '@sms-gateway/config';
import type { Receipt, Registration } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import {
  createLocalMemory,
  packedGsm,
  SMS,
  useSmppProvider,
} from '../../../../test/support/smpp-provider.ts';
import {
  cString,
  dataBody,
  deliverBody,
  readBind,
  readSubmit,
  type SmscConnection,
  startSmsc,
  tlv,
} from '../../../../test/support/smpp-smsc.ts';
import { until } from '../../../../test/support/until.ts';
import { PROVIDERS } from '../registry.ts';
import type { SmppConfig } from './smpp.ts';

// Carriers' public documents as message centres that follow them, each with the settings that docs/smpp.md gives for it.

type Submit = ReturnType<typeof readSubmit>;
type CarrierDocument = {
  says: string;
  source: string;
  env: Record<string, string>;
  /** The status that the centre answers a submit_sm with. */
  check: (submit: Submit) => number;
  binds?: string[];
  /** The id of the submit_sm_resp to the part with this number. */
  idOf?: (part: number, total: number) => string;
  receipt: { command?: 'deliver_sm' | 'data_sm'; body: Buffer };
  texts?: string[];
  to?: string;
  registration?: Registration;
};

const SHORT = 'Your code is 493817';
const LONG = 'Ваш код подтверждения 493817. '.repeat(4);
const ESME = {
  ok: 0,
  destination: 0x0b,
  sourceTon: 0x48,
  destinationTon: 0x50,
  coding: 0x1_04,
  missing: 0xc3,
  value: 0xc4,
};
const text = (written: string, dataCoding = 0) => ({
  body: deliverBody({ text: Buffer.from(written), dataCoding }),
});
const tonNpi = ({ sourceTon, sourceNpi, destTon, destNpi }: Submit) =>
  [sourceTon, sourceNpi, destTon, destNpi].join('/');
const codingIs = (submit: Submit, own: number, isUcs2 = false) =>
  submit['dataCoding'] === (isUcs2 ? 8 : own) ? ESME.ok : ESME.coding;
const isLong = (submit: Submit) => (Number(submit['esmClass']) & 0x40) !== 0;

const DOCUMENTS: CarrierDocument[] = [
  {
    says: 'bind as transmitter and receiver, NPI 1, Latin-1, ids hexadecimal in the response and decimal in the receipt',
    source: 'the example of docs/smpp.md',
    env: {
      SMPP_BIND: 'transmitter+receiver',
      SMPP_ALPHANUMERIC_TON_NPI: '5/1',
      SMPP_SHORT_CODE_TON_NPI: '3/1',
      SMPP_ALPHABET: 'latin1',
      SMPP_MESSAGE_IDS: 'hex-to-decimal',
    },
    binds: ['bind_transmitter', 'bind_receiver'],
    check: (submit) => (tonNpi(submit) === '5/1/1/1' ? codingIs(submit, 0, isLong(submit)) : ESME.sourceTon),
    idOf: (part) => `0A1B2C3D4${part}`,
    receipt: text(`id:${BigInt('0x0A1B2C3D41')} sub:001 dlvrd:001 stat:DELIVRD err:000`),
    texts: [SHORT, LONG],
  },
  {
    says: 'the port for Latin 1, two kinds of bind, window of 10',
    source: 'https://developers.sinch.com/docs/sms-other-cloud-smpp',
    env: { SMPP_PRESET: 'sinch-cloud-latin1', SMPP_BIND: 'transmitter+receiver' },
    binds: ['bind_transmitter', 'bind_receiver'],
    check: (submit) =>
      submit.message.includes(Buffer.from('à', 'latin1')) ? codingIs(submit, 0) : ESME.coding,
    receipt: text(
      'id:part-1 sub:001 dlvrd:001 submit date:2611230700 done date:2611230701 stat:DELIVRD err:0',
    ),
    texts: ['Votre code à usage unique: 493817'],
  },
  {
    says: 'TON and NPI are 0, numbers of digits alone, no service_type',
    source: 'https://docs.smsportal.com/docs/smpp-usage',
    env: { SMPP_PRESET: 'smsportal' },
    check: (submit) =>
      /^\d+$/.test(String(submit['dest'])) && tonNpi(submit) === '0/0/0/0' && submit['serviceType'] === ''
        ? ESME.ok
        : ESME.destination,
    receipt: text('id:part-1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:'),
  },
  {
    says: "UDH, the last part holds the message's id, receipts have receipted_message_id and message_state",
    source: 'https://linkmobility.atlassian.net/wiki/display/COOL/Smpp',
    env: { SMPP_RECEIPT_PARTS: 'last' },
    check: (submit) => (tonNpi(submit) === '5/0/1/1' && !submit.tlvs ? ESME.ok : ESME.destinationTon),
    idOf: (part, total) => (part === total ? 'the-last' : ''),
    receipt: {
      body: deliverBody({ tlvs: [tlv(0x1e, cString('the-last')), tlv(0x04_27, Buffer.from([2]))] }),
    },
    texts: [LONG, 'x'.repeat(400)],
  },
  {
    says: 'the TLV 0x1414 is required, a C-octet string: OTP; 0xC3 where it is missing, 0xC4 where it is wrong',
    source: 'https://developer.telesign.com/enterprise/docs/sms-smpp-tlvs',
    env: { SMPP_TLVS: '0x1414=OTP', SMPP_TLV_STRINGS: 'c-octet' },
    check: ({ tlvs }) => {
      const type = tlvs?.[0x14_14];
      return type === undefined ? ESME.missing : type.equals(Buffer.from('OTP\0')) ? ESME.ok : ESME.value;
    },
    receipt: text('id:part-1 stat:DELIVRD'),
    texts: [SHORT, LONG],
  },
  {
    says: 'parts by UDH with bit 6 of esm_class; neither SAR TLVs nor message_payload',
    source: 'https://www.kast.ph/docs/smpp-sms-gateway/concentrated-mt-sms/',
    env: { SMPP_CONCATENATION: 'udh16' },
    check: (submit) => (submit.tlvs || (isLong(submit) && submit.message[0] !== 6) ? ESME.coding : ESME.ok),
    receipt: text('id:part-1 sub:001 dlvrd:001 stat:DELIVRD err:000'),
    texts: ['x'.repeat(400)],
  },
  {
    says: 'DCS 3 is Latin-1, DCS 8 Unicode',
    source: 'https://developer.8x8.com/connect/docs/smpp-data-encoding',
    env: { SMPP_ALPHABET: 'latin1', SMPP_DATA_CODING: '3' },
    check: (submit) => codingIs(submit, 3, isLong(submit)),
    receipt: text('id:part-1 stat:DELIVRD', 8),
    texts: [SHORT, LONG],
  },
  {
    says: 'TLV parameters for segmentation, GSM by IA5 (data_coding 1), a national number by TON 2',
    source: 'https://nowsms.com/doc/configuring-smsc-connections/smpp-smsc',
    env: {
      SMPP_CONCATENATION: 'sar',
      SMPP_DATA_CODING: '1',
      SMPP_DESTINATION_FORMAT: 'national',
      SMPP_DESTINATION_COUNTRY: 'KE',
    },
    to: '+254712345678',
    check: (submit) => {
      if (submit['dest'] !== '0712345678' || submit['destTon'] !== 2) return ESME.destination;
      return submit['esmClass'] === 0 && submit.tlvs?.[0x02_0c] ? codingIs(submit, 1) : ESME.coding;
    },
    receipt: text('id:part-1 stat:DELIVRD'),
    texts: ['x'.repeat(400)],
  },
  {
    says: 'longer texts in message_payload; receipts by data_sm',
    source: 'https://docs.portaone.com/docs/mr96-appendix-f-message-processing-conditions',
    env: { SMPP_CONCATENATION: 'payload' },
    check: (submit) => (submit.tlvs?.[0x04_24] && submit.message.length === 0 ? ESME.ok : ESME.coding),
    receipt: {
      command: 'data_sm',
      body: dataBody({ tlvs: [tlv(0x1e, cString('part-1')), tlv(0x04_27, Buffer.from([2]))] }),
    },
    texts: ['x'.repeat(400), 'я'.repeat(200)],
  },
  {
    says: 'GSM 7-bit packed, in receipts as well',
    source: 'a packed default alphabet (3GPP TS 23.038 §6.1.2.1)',
    env: { SMPP_ALPHABET: 'gsm-packed' },
    check: (submit) => (submit.message.equals(packedGsm(SHORT)) ? codingIs(submit, 0) : ESME.coding),
    receipt: { body: deliverBody({ text: packedGsm('id:part-1 stat:DELIVRD') }) },
  },
  {
    says: 'SMPP 3.3, absolute validity, no optional parameters',
    source: 'https://developers.sinch.com/docs/sms-other-cloud-smpp (3.3 or 3.4)',
    env: { SMPP_INTERFACE_VERSION: '3.3', SMPP_BIND: 'transmitter+receiver', SMPP_VALIDITY: 'absolute' },
    binds: ['bind_transmitter', 'bind_receiver'],
    check: (submit) => (submit.tlvs || !/^\d{15}\+$/.test(String(submit['validity'])) ? 0x62 : ESME.ok),
    receipt: text('id:part-1 sub:001 dlvrd:001 stat:DELIVRD err:000'),
    texts: [SHORT, LONG],
    registration: {
      country: 'IN',
      entityId: '1101456324675322134',
      templateId: '1107169175328190001',
      variables: [],
      parameters: {},
    },
  },
  {
    says: 'PE_ID 0x1400 and Template_ID 0x1401 are required, as octet strings of up to 20 octets',
    source: 'Jasmin 0.12, Custom TLV Parameters',
    env: {},
    to: '+919876543210',
    registration: {
      country: 'IN',
      entityId: '1707167205648943173',
      templateId: '1401778070000018542',
      variables: [],
      parameters: {},
    },
    check: ({ tlvs }) =>
      [0x14_00, 0x14_01].every((tag) => /^\d{19}$/.test(tlvs?.[tag]?.toString('latin1') ?? ''))
        ? ESME.ok
        : ESME.missing,
    receipt: text('id:part-1 sub:001 dlvrd:001 stat:DELIVRD err:000'),
    texts: [SHORT, LONG],
  },
];

function configOf(env: Record<string, string>): SmppConfig {
  const { providers } = loadWorkerConfig({
    env: {
      PAYLOAD_ENCRYPTION: 'off',
      PROVIDERS: 'smpp',
      SMPP_SYSTEM_ID: 'acme',
      SMPP_PASSWORD: 'secret08',
      SMPP_FROM: 'Acme',
      ...env,
    },
    providers: PROVIDERS,
  });
  return providers[0]?.options as SmppConfig;
}

test.each(DOCUMENTS)('$says ($source)', async (document) => {
  const { env, check, idOf = (part) => `part-${part}`, binds = ['bind_transceiver'], receipt } = document;
  let parts = 0;
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => {
      const submit = readSubmit(pdu);
      const status = check(submit);
      const header = isLong(submit) ? submit.message.subarray(0, (submit.message[0] ?? 0) + 1) : [];
      const [total = 1, number = 1] = header.slice(-2);
      parts += 1;
      const id = idOf(isLong(submit) ? number : parts, isLong(submit) ? total : 1);
      respond(pdu, { status, body: status === 0 ? cString(id) : Buffer.alloc(0) });
    },
  });
  const received: Receipt[] = [];
  const { bare } = useSmppProvider({
    port: smsc.port,
    ...configOf({ ...env, SMPP_URL: `smpp://127.0.0.1:${smsc.port}` }),
    memory: createLocalMemory(),
    onReceipt: async (one) => {
      received.push(one);
      return undefined;
    },
  });

  for (const [index, body] of (document.texts ?? [SHORT]).entries()) {
    parts = 0;
    const { to = SMS.to, registration } = document;
    const request = { ...SMS, id: `message-${index}`, to, body, registration };
    const result = await bare.send(request, new AbortController().signal);
    expect(result).toMatchObject({ kind: 'accepted', providerMessageId: expect.any(String) });

    const receiver = smsc.connections.at(-1) as SmscConnection;
    receiver.request(receipt.command ?? 'deliver_sm', receipt.body);
    await until(() => expect(received).toHaveLength(index + 1));
    const filed = result.kind === 'accepted' ? result.names?.[0]?.id : undefined;
    expect(received[index]).toMatchObject({ status: 'delivered' });
    expect(received[index]?.name?.messageIds).toContain(filed);
  }
  for (const bind of binds) {
    expect(readBind(await smsc.until(bind as 'bind_transceiver')).systemId).toBe('acme');
  }
});
