import type { Registration } from '@sms-gateway/contract';
import { destinationAddress, sourceAddress } from './address.ts';
import { encodeBody, SHORT_MESSAGE, TLV } from './body.ts';
import type { SmppDialect } from './dialect.ts';
import { messageTlvs } from './message-tlvs.ts';
import { encodeText } from './text-parts.ts';
import { validityPeriod } from './validity-period.ts';

const UDH_INDICATOR = 0x40;
/** What fits the field short_message (SMPP 3.4 §5.2.22). */
const MAX_SHORT_MESSAGE_OCTETS = 254;

export type SubmitMessage = {
  to: string;
  registration?: Registration | undefined;
  sender: string;
  body: string;
  /** Epoch milliseconds until which it is worth delivering. */
  validUntilMs: number;
};

export type SubmitParts = {
  /** How many submit_sm the message takes. */
  total: number;
  /** What must be the same, beside the total, for the parts of one message to fit together. */
  form: string;
  /**
   * The body of one submit_sm (§4.4.1). `number`: 1 for the first. `reference`: 0 to 65,535, the same for the parts
   * of one message and another for the next. `nowMs`: epoch milliseconds.
   */
  body(number: number, reference: number, nowMs: number): Buffer;
};

/** The submit_sm PDUs of a message; undefined if the sender cannot be an address. */
export function submitParts(message: SubmitMessage, dialect: SmppDialect): SubmitParts | undefined {
  const source = sourceAddress(message.sender, dialect);
  if (!source) return undefined;
  const { dataCoding, parts, isLong } = encodeText(message.body, dialect);
  const total = parts.length;
  const asksForReceipt = (number: number) =>
    dialect.receiptParts === 'all' || number === (dialect.receiptParts === 'first' ? 1 : total);
  const ownTlvs = messageTlvs(message.registration, dialect);

  return {
    total,
    // A handset joins only parts from one sender.
    form: [dataCoding, dialect.alphabet, dialect.concatenation, source.source_addr].join('/'),
    body(number, reference, nowMs) {
      const text = parts[number - 1] ?? Buffer.alloc(0);
      const { header, tlvs } = concatenate(dialect.concatenation, reference, total, number);
      const userData = Buffer.concat([header, text]);
      // A centre that splits texts itself accepts at most one message in short_message.
      const isPayload =
        (isLong && dialect.concatenation === 'payload') || userData.length > MAX_SHORT_MESSAGE_OCTETS;
      if (isPayload) tlvs.set(TLV.messagePayload, userData);
      return encodeBody(
        SHORT_MESSAGE,
        {
          service_type: dialect.serviceType,
          ...source,
          ...destinationAddress(message.to, dialect),
          esm_class: header.length > 0 ? UDH_INDICATOR : 0,
          protocol_id: dialect.protocolId,
          priority_flag: dialect.priority,
          validity_period: validityPeriod(
            Math.round((message.validUntilMs - nowMs) / 1000),
            dialect.validity,
            nowMs,
          ),
          registered_delivery: asksForReceipt(number) ? dialect.registeredDelivery : 0,
          data_coding: dataCoding,
          short_message: isPayload ? Buffer.alloc(0) : userData,
        },
        new Map([...tlvs, ...ownTlvs]),
      );
    },
  };
}

/** The user data header (3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.8) or the TLVs (§5.3.2.22 to 24) of one part. */
function concatenate(
  concatenation: SmppDialect['concatenation'],
  reference: number,
  total: number,
  number: number,
): { header: Buffer; tlvs: Map<number, Buffer> } {
  const [high, low] = [(reference >> 8) & 0xff, reference & 0xff];
  const none = { header: Buffer.alloc(0), tlvs: new Map<number, Buffer>() };
  if (total === 1) return none;
  switch (concatenation) {
    case 'udh8':
      return { ...none, header: Buffer.from([5, 0, 3, low, total, number]) };
    case 'udh16':
      return { ...none, header: Buffer.from([6, 8, 4, high, low, total, number]) };
    case 'sar':
      return {
        ...none,
        tlvs: new Map([
          [TLV.sarMessageReference, Buffer.from([high, low])],
          [TLV.sarTotalSegments, Buffer.from([total])],
          [TLV.sarSegmentNumber, Buffer.from([number])],
        ]),
      };
    case 'payload':
      return none;
  }
}
