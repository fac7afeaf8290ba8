import type { Receipt, ReceiptStatus } from '@sms-gateway/contract';
import {
  type Body,
  DATA,
  decodeBody,
  type Fields,
  readCString,
  SHORT_MESSAGE,
  TLV,
  type Tlvs,
} from './body.ts';
import type { SmppDialect } from './dialect.ts';
import { unpackSeptets } from './gsm-alphabet.ts';
import { readReceiptText, type ReceiptText, type State } from './receipt-text.ts';
import type { Delivery as ReceivedDelivery } from './session.ts';

export type Delivery =
  /** `otherId`: the id in the text, if it differs from that in the TLV. */
  | { kind: 'receipt'; receipt: Receipt & { providerMessageId: string }; otherId?: string }
  /** A receipt without an id, or one that is cut off. */
  | { kind: 'unreadable' }
  /** Anything else, such as a message from a handset. */
  | { kind: 'message' };

/** SMPP 3.4 §5.2.28, message_state, and the two that 5.0 (§4.7.15) adds. */
const STATE_BY_NUMBER: ReadonlyMap<number, State> = new Map([
  [0, 'scheduled'],
  [1, 'enroute'],
  [2, 'delivrd'],
  [3, 'expired'],
  [4, 'deleted'],
  [5, 'undeliv'],
  [6, 'acceptd'],
  [7, 'unknown'],
  [8, 'rejectd'],
  [9, 'skipped'],
]);

const STATUS: Readonly<Record<State, ReceiptStatus>> = {
  scheduled: 'sent',
  enroute: 'sent',
  acceptd: 'sent',
  delivrd: 'delivered',
  expired: 'expired',
  deleted: 'failed',
  undeliv: 'undelivered',
  rejectd: 'failed',
  skipped: 'failed',
  unknown: 'unknown',
};

const MESSAGE_TYPE_MASK = 0x3c;
const RECEIPT = 0x04;
const INTERMEDIATE_NOTIFICATION = 0x20;
const UDH_INDICATOR = 0x40;
const UCS_2 = 8;
const MAX_ID_LENGTH = 64;

/**
 * Reads a deliver_sm (SMPP 3.4 §4.6.1) or data_sm (§4.7.1). A receipt is marked by its esm_class (§5.2.12) or by the TLV
 * receipted_message_id. A text of that form alone, which any handset can send, counts only with the mark `text`. The TLVs
 * receipted_message_id and message_state take precedence over the text. An intermediate notification is `sent` whatever
 * its state, and so is a receipt of unknown state: the message has reached the network.
 *
 * Failures count as curable: the meaning of `err` differs between SMSCs, so it does not show whether the recipient is
 * at fault.
 */
export function readDelivery(
  delivery: ReceivedDelivery,
  mark: SmppDialect['receiptMark'] = 'esm-class',
): Delivery {
  const body = decodeDelivery(delivery);
  if (!body) return { kind: 'unreadable' };
  const { fields, tlvs } = body;
  const type = Number(fields['esm_class']) & MESSAGE_TYPE_MASK;
  const isMarked = type === RECEIPT || type === INTERMEDIATE_NOTIFICATION || tlvs.has(TLV.receiptedMessageId);
  if (!isMarked && mark === 'esm-class') return { kind: 'message' };

  const text = readTexts(body);
  if (!isMarked && (text.id === undefined || text.state === undefined)) return { kind: 'message' };
  const [id, otherId] = [receiptedMessageId(tlvs), text.id]
    .map(printable)
    .filter((known) => known !== undefined);
  if (id === undefined) return { kind: 'unreadable' };
  const state = stateOf(tlvs.get(TLV.messageState)?.at(-1)) ?? text.state;

  const status = type === INTERMEDIATE_NOTIFICATION || state === undefined ? 'sent' : STATUS[state];
  const isFailed = status === 'undelivered' || status === 'failed';
  const error = text.error ?? networkError(tlvs.get(TLV.networkErrorCode));
  return {
    kind: 'receipt',
    ...(otherId !== undefined && otherId !== id && { otherId }),
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

/** The fields and TLVs of what an SMSC delivers; undefined where it is cut off. */
export function decodeDelivery({ command, body }: ReceivedDelivery): Body | undefined {
  return decodeBody(command === 'data_sm' ? DATA : SHORT_MESSAGE, body);
}

/** Reads the text, first as it is, then unpacked: centres with packed GSM-7 pack their receipts too. */
function readTexts(body: Body): ReceiptText {
  const plain = readReceiptText(deliveredText(body));
  if (plain.id !== undefined || plain.state !== undefined) return plain;
  const unpacked = readReceiptText(unpackSeptets(userData(body)));
  return unpacked.id === undefined ? plain : unpacked;
}

/** The text of a deliver_sm or data_sm, without a user data header. */
export function deliveredText(body: { fields: Fields; tlvs: Tlvs }): string {
  const bytes = userData(body);
  // Some SMSCs end the text as a C string.
  return decodeText(bytes, body.fields['data_coding']).replaceAll('\0', ' ').trimEnd();
}

/**
 * Decodes by the octets rather than the data_coding, because some SMSCs send ASCII under that of UCS-2, or the other way
 * round (farhadi/node-smpp issue 68). 0x11 is the underscore in GSM-7, which occurs in ids.
 */
function decodeText(bytes: Buffer, dataCoding: Fields[string] | undefined): string {
  const [first, second] = bytes;
  if (first !== 0 && second === 0) return bytes.toString('utf16le');
  const isUcs2 = first === 0 || (dataCoding === UCS_2 && !isPrintableAscii(bytes));
  if (isUcs2 && bytes.length % 2 === 0) return Buffer.from(bytes).swap16().toString('utf16le');
  return bytes.toString('latin1').replaceAll('\u0011', '_');
}

function isPrintableAscii(bytes: Buffer): boolean {
  return bytes.every(
    (octet) => octet === 0 || octet === 0x0a || octet === 0x0d || (octet >= 0x20 && octet < 0x7f),
  );
}

/** The octets of the text of a deliver_sm or data_sm, without a user data header. */
function userData({ fields, tlvs }: { fields: Fields; tlvs: Tlvs }): Buffer {
  const message = fields['short_message'];
  const short = Buffer.isBuffer(message) ? message : Buffer.alloc(0);
  const whole = short.length > 0 ? short : (tlvs.get(TLV.messagePayload) ?? short);
  const hasHeader = (Number(fields['esm_class']) & UDH_INDICATOR) !== 0;
  return hasHeader ? whole.subarray((whole[0] ?? 0) + 1) : whole;
}

function receiptedMessageId(tlvs: Tlvs): string | undefined {
  const value = tlvs.get(TLV.receiptedMessageId);
  return value && readCString(value, 0).value.trim();
}

function stateOf(number: number | undefined): State | undefined {
  return number === undefined ? undefined : STATE_BY_NUMBER.get(number);
}

// §5.3.2.31: the kind of network, then its error code in two octets.
function networkError(value: Buffer | undefined): string | undefined {
  const code = value?.length === 3 ? value.readUInt16BE(1) : 0;
  return code === 0 ? undefined : String(code);
}

function printable(id: string | undefined): string | undefined {
  return id !== undefined && id.length <= MAX_ID_LENGTH && /^[\x21-\x7e]+$/.test(id) ? id : undefined;
}
