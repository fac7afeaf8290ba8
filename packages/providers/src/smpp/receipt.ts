import type { Receipt, ReceiptStatus } from '@sms-gateway/contract';
import { readCString } from './pdu.ts';

export type Delivery =
  | { kind: 'receipt'; receipt: Receipt & { providerMessageId: string } }
  /** A receipt without an id or a state that is known here, or one that is cut off. */
  | { kind: 'unreadable' }
  /** Anything else, such as a message from a handset. */
  | { kind: 'message' };

/** Where a state can be read: of five letters or more in the text form, of a number in the TLV. */
type State = 'enroute' | 'delivrd' | 'expired' | 'deleted' | 'undeliv' | 'acceptd' | 'unknown' | 'rejectd';

/** SMPP 3.4 §5.2.28, message_state. */
const STATE_BY_NUMBER: ReadonlyMap<number, State> = new Map([
  [1, 'enroute'],
  [2, 'delivrd'],
  [3, 'expired'],
  [4, 'deleted'],
  [5, 'undeliv'],
  [6, 'acceptd'],
  [7, 'unknown'],
  [8, 'rejectd'],
]);

/** Appendix B, the states of the text form. */
const STATUS: Readonly<Record<State, ReceiptStatus>> = {
  enroute: 'sent',
  acceptd: 'sent',
  delivrd: 'delivered',
  expired: 'expired',
  deleted: 'failed',
  undeliv: 'undelivered',
  rejectd: 'failed',
  unknown: 'unknown',
};

const TLV = {
  receiptedMessageId: 0x001e,
  networkErrorCode: 0x0423,
  messagePayload: 0x0424,
  messageState: 0x0427,
};
const MESSAGE_TYPE_MASK = 0x3c;
const RECEIPT = 0x04;
const INTERMEDIATE_NOTIFICATION = 0x20;
const UCS_2 = 8;
const MAX_ID_LENGTH = 64;

/**
 * Reads the body of a deliver_sm (SMPP 3.4 §4.6.1). A receipt is what esm_class says is one (§5.2.12), or what has
 * the TLVs that only a receipt has; never a mere text of that form, which any handset can send. The TLVs
 * receipted_message_id and message_state come first, the text of Appendix B (`id:… stat:… err:…`) fills in.
 * An intermediate notification is `sent` whatever its state.
 *
 * Failures count as curable: `err` means something else with every SMSC, so which of them are the recipient's
 * cannot be told.
 *
 * The library's reader is not used: it takes the text for GSM 7-bit, which changes ids with `_` or `@`, and throws
 * at a TLV that is cut off.
 */
export function readDelivery(body: Buffer): Delivery {
  const fields = readFields(body);
  if (!fields) return { kind: 'unreadable' };
  const { esmClass, tlvs } = fields;

  const type = esmClass & MESSAGE_TYPE_MASK;
  const hasReceiptTlvs = tlvs.has(TLV.receiptedMessageId) && tlvs.has(TLV.messageState);
  if (type !== RECEIPT && type !== INTERMEDIATE_NOTIFICATION && !hasReceiptTlvs) return { kind: 'message' };

  const text = receiptText(fields);
  const id = printable(readCString(tlvs.get(TLV.receiptedMessageId) ?? Buffer.alloc(0), 0).value) ?? text.id;
  const state = STATE_BY_NUMBER.get(tlvs.get(TLV.messageState)?.at(-1) ?? 0) ?? text.state;
  if (id === undefined || state === undefined) return { kind: 'unreadable' };

  const status = type === INTERMEDIATE_NOTIFICATION ? 'sent' : STATUS[state];
  const isFailed = status === 'undelivered' || status === 'failed';
  const error = text.error ?? networkError(tlvs.get(TLV.networkErrorCode));
  return {
    kind: 'receipt',
    receipt: {
      providerMessageId: id,
      status,
      code:
        status === 'delivered' || status === 'sent'
          ? undefined
          : ['smpp', state, error].filter(Boolean).join('_'),
      isCurable: isFailed,
    },
  };
}

type Fields = { esmClass: number; dataCoding: number; shortMessage: Buffer; tlvs: Map<number, Buffer> };

function readFields(body: Buffer): Fields | undefined {
  let offset = readCString(body, 0).next; // service_type
  offset = readCString(body, offset + 2).next; // source_addr
  offset = readCString(body, offset + 2).next; // destination_addr
  const esmClass = body[offset];
  offset = readCString(body, offset + 3).next; // schedule_delivery_time
  offset = readCString(body, offset).next; // validity_period
  const dataCoding = body[offset + 2];
  const length = body[offset + 4];
  offset += 5;
  if (esmClass === undefined || dataCoding === undefined || length === undefined) return undefined;
  if (offset + length > body.length) return undefined;

  return {
    esmClass,
    dataCoding,
    shortMessage: body.subarray(offset, offset + length),
    tlvs: readTlvs(body.subarray(offset + length)),
  };
}

// §3.2.4.1: tag and length of two octets each, then the value. One that is cut off ends the list.
function readTlvs(bytes: Buffer): Map<number, Buffer> {
  const tlvs = new Map<number, Buffer>();
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const end = offset + 4 + bytes.readUInt16BE(offset + 2);
    if (end > bytes.length) break;
    tlvs.set(bytes.readUInt16BE(offset), bytes.subarray(offset + 4, end));
    offset = end;
  }
  return tlvs;
}

function receiptText({ dataCoding, shortMessage, tlvs }: Fields) {
  const bytes = shortMessage.length > 0 ? shortMessage : (tlvs.get(TLV.messagePayload) ?? shortMessage);
  const whole =
    dataCoding === UCS_2 && bytes.length % 2 === 0
      ? Buffer.from(bytes).swap16().toString('utf16le')
      : bytes.toString('latin1');
  // What follows is the beginning of the message, which may look like anything.
  const [report = ''] = whole.split(/\btext:/i);
  const error = /\berr:([0-9a-z]{1,8})\b/i.exec(report)?.[1]?.toLowerCase();
  return {
    id: printable(/\bid:(\S+)/i.exec(report)?.[1]),
    state: stateNamed(/\bstat:([a-z]+)/i.exec(report)?.[1]),
    error: error !== undefined && /^0+$/.test(error) ? undefined : error,
  };
}

// Some SMSCs write the word in full, or cut it elsewhere than Appendix B does.
function stateNamed(word = ''): State | undefined {
  const name = word.toLowerCase();
  if (name === 'failed') return 'undeliv';
  return [...STATE_BY_NUMBER.values()].find((state) => name.length >= 5 && sameStart(name, state));
}

function sameStart(name: string, state: State): boolean {
  return name.slice(0, 5) === state.slice(0, 5);
}

// §5.3.2.31: the kind of network, then its error code in two octets.
function networkError(value: Buffer | undefined): string | undefined {
  const code = value?.length === 3 ? value.readUInt16BE(1) : 0;
  return code === 0 ? undefined : String(code);
}

function printable(id: string | undefined): string | undefined {
  return id !== undefined && id.length <= MAX_ID_LENGTH && /^[\x21-\x7e]+$/.test(id) ? id : undefined;
}
