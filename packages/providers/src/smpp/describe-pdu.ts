import {
  BIND,
  BIND_RESPONSE,
  DATA,
  decodeBody,
  type Fields,
  MESSAGE_ID,
  SHORT_MESSAGE,
  TLV,
  type Tlvs,
} from './body.ts';
import { commandName, isResponse, type Pdu } from './pdu.ts';
import { deliveredText } from './receipt.ts';
import { formOf } from './shape.ts';
import { statusName } from './status.ts';

const LAYOUTS: Readonly<Record<string, typeof BIND>> = {
  bind_transceiver: BIND,
  bind_transmitter: BIND,
  bind_receiver: BIND,
  bind_transceiver_resp: BIND_RESPONSE,
  bind_transmitter_resp: BIND_RESPONSE,
  bind_receiver_resp: BIND_RESPONSE,
  submit_sm: SHORT_MESSAGE,
  deliver_sm: SHORT_MESSAGE,
  data_sm: DATA,
  submit_sm_resp: MESSAGE_ID,
};
const OCTETS_IN_HEX = new Set(['interface_version', 'esm_class', 'registered_delivery', 'data_coding']);
const ADDRESSES = new Set(['source_addr', 'destination_addr']);
/** Maximum lengths of C-octet strings (SMPP 3.4 §5.2); for all others, that of an address is enough. */
const MAX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['message_id', 64],
  ['address_range', 40],
]);
const MAX_ADDRESS_LENGTH = 20;
const PRINTED_TLVS: ReadonlySet<number> = new Set([
  TLV.sarMessageReference,
  TLV.sarTotalSegments,
  TLV.sarSegmentNumber,
  TLV.scInterfaceVersion,
  TLV.networkErrorCode,
  TLV.messageState,
]);

/**
 * A PDU in words, on one line: every field that is not 0 or empty, without the password, the text or full numbers. A
 * delivered text is shown only by its form, see `formOf`.
 */
export function describePdu(pdu: Pdu): string {
  const command = commandName(pdu.commandId);
  const layout = LAYOUTS[command];
  const body = layout && decodeBody(layout, pdu.body);
  const words = [
    command,
    `seq=${pdu.sequence}`,
    ...(isResponse(pdu) ? [`status=${statusName(pdu.status)}`] : []),
    ...(body
      ? [...describeFields(body.fields), ...describeTlvs(body.tlvs), ...describeText(command, body)]
      : pdu.body.length > 0
        ? [`${pdu.body.length} octets`]
        : []),
  ];
  return words.join(' ');
}

function describeFields(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (value === 0 || value === '') return [];
    if (Buffer.isBuffer(value)) return value.length === 0 ? [] : [`${name}=(${value.length} octets)`];
    if (name === 'password') return ['password=(hidden)'];
    if (typeof value === 'string' && !isOfField(name, value)) return [`${name}=(${value.length} octets)`];
    if (ADDRESSES.has(name)) return [`${name}=${maskAddress(String(value))}`];
    return [`${name}=${OCTETS_IN_HEX.has(name) ? hex(Number(value)) : value}`];
  });
}

function describeTlvs(tlvs: Tlvs): string[] {
  return [...tlvs].map(([tag, value]) => {
    const [name = hex(tag, 4)] = Object.entries(TLV).find(([, known]) => known === tag) ?? [];
    if (tag === TLV.receiptedMessageId)
      return `${name}=${formOf(value.toString('latin1').replace(/\0$/, ''))}`;
    return `${name}=${PRINTED_TLVS.has(tag) ? `0x${value.toString('hex')}` : `(${value.length} octets)`}`;
  });
}

function describeText(command: string, body: { fields: Fields; tlvs: Tlvs }): string[] {
  const text = command === 'deliver_sm' || command === 'data_sm' ? deliveredText(body) : '';
  return text === '' ? [] : [`form="${formOf(text)}"`];
}

/** In a malformed PDU a longer string may contain the text, and other characters could control the terminal. */
function isOfField(name: string, value: string): boolean {
  return value.length <= (MAX_LENGTHS.get(name) ?? MAX_ADDRESS_LENGTH) && /^[\x20-\x7e]*$/.test(value);
}

/** Shows the first and last digits of a number; an alphanumeric sender ID is not secret. */
function maskAddress(address: string): string {
  return /^\+?\d{7,}$/.test(address) ? `${address.slice(0, 3)}…${address.slice(-2)}` : address;
}

function hex(value: number, digits = 2): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
