/** Integers of one octet and C-octet strings by the names of SMPP 3.4 §5.2. */
export type Fields = Record<string, number | string | Buffer>;

/** Optional parameters by their tags (§5.3). */
export type Tlvs = ReadonlyMap<number, Buffer>;

export type Body = { fields: Fields; tlvs: Map<number, Buffer> };

/** §5.3.2. */
export const TLV = {
  receiptedMessageId: 0x001e,
  sarMessageReference: 0x020c,
  sarTotalSegments: 0x020e,
  sarSegmentNumber: 0x020f,
  scInterfaceVersion: 0x0210,
  networkErrorCode: 0x0423,
  messagePayload: 0x0424,
  messageState: 0x0427,
} as const;

/** `string`: a C-octet string. `message`: an octet string behind one octet that holds its length. */
type FieldType = 'string' | 'octet' | 'message';
type Layout = readonly (readonly [name: string, type: FieldType])[];

const source: Layout = [
  ['source_addr_ton', 'octet'],
  ['source_addr_npi', 'octet'],
  ['source_addr', 'string'],
];
const destination: Layout = [
  ['dest_addr_ton', 'octet'],
  ['dest_addr_npi', 'octet'],
  ['destination_addr', 'string'],
];

/** §4.1.1, §4.1.3 and §4.1.5 are alike. */
export const BIND: Layout = [
  ['system_id', 'string'],
  ['password', 'string'],
  ['system_type', 'string'],
  ['interface_version', 'octet'],
  ['addr_ton', 'octet'],
  ['addr_npi', 'octet'],
  ['address_range', 'string'],
];
export const BIND_RESPONSE: Layout = [['system_id', 'string']];
/** §4.4.1; a deliver_sm (§4.6.1) has the same fields. */
export const SHORT_MESSAGE: Layout = [
  ['service_type', 'string'],
  ...source,
  ...destination,
  ['esm_class', 'octet'],
  ['protocol_id', 'octet'],
  ['priority_flag', 'octet'],
  ['schedule_delivery_time', 'string'],
  ['validity_period', 'string'],
  ['registered_delivery', 'octet'],
  ['replace_if_present_flag', 'octet'],
  ['data_coding', 'octet'],
  ['sm_default_msg_id', 'octet'],
  ['short_message', 'message'],
];
/** §4.7.1. */
export const DATA: Layout = [
  ['service_type', 'string'],
  ...source,
  ...destination,
  ['esm_class', 'octet'],
  ['registered_delivery', 'octet'],
  ['data_coding', 'octet'],
];
/** The response to a submit_sm, deliver_sm or data_sm. */
export const MESSAGE_ID: Layout = [['message_id', 'string']];

/** Missing fields are written as 0 or empty. Throws for a value that does not fit its field, which is a caller's bug. */
export function encodeBody(layout: Layout, fields: Fields, tlvs: Tlvs = new Map()): Buffer {
  const octets: Buffer[] = [
    Buffer.from(layout.map(([name, type]) => encodeField(type, fields[name])).join(''), 'latin1'),
  ];
  for (const [tag, value] of tlvs) {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(tag, 0);
    head.writeUInt16BE(value.length, 2);
    octets.push(head, value);
  }
  return Buffer.concat(octets);
}

/** One character for each octet: joining strings is faster than joining buffers. */
function encodeField(type: FieldType, value: Fields[string] = type === 'octet' ? 0 : ''): string {
  if (type === 'octet') return octet(Number(value));
  const characters = Buffer.isBuffer(value) ? value.toString('latin1') : String(value);
  return type === 'string' ? `${characters}\0` : octet(characters.length) + characters;
}

function octet(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError('smpp: not an octet');
  return String.fromCharCode(value);
}

/**
 * Reads the fields of a body, and what follows them as TLVs; undefined if the body ends before its last field. A C-octet
 * string without its NUL extends to the end, and a truncated TLV ends the list, because some SMSCs write such bodies.
 */
export function decodeBody(layout: Layout, body: Buffer): Body | undefined {
  const fields: Fields = {};
  let offset = 0;
  for (const [name, type] of layout) {
    if (type === 'string') {
      const { value, next } = readCString(body, offset);
      fields[name] = value;
      offset = next;
      continue;
    }
    const value = body[offset++];
    if (value === undefined) return undefined;
    fields[name] = value;
    if (type === 'octet') continue;
    if (offset + value > body.length) return undefined;
    fields[name] = body.subarray(offset, offset + value);
    offset += value;
  }
  return { fields, tlvs: readTlvs(body.subarray(offset)) };
}

/** A C-octet string (§3.1): up to its NUL or, where the sender forgot it, up to the end. */
export function readCString(bytes: Buffer, offset: number): { value: string; next: number } {
  const nul = bytes.indexOf(0, offset);
  const end = nul === -1 ? bytes.length : nul;
  return { value: bytes.toString('latin1', offset, end), next: end + 1 };
}

// §3.2.4.1: tag and length of two octets each, then the value.
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
