import smpp from 'smpp';

/** SMPP 3.4 §5.1.2.1. */
export const COMMAND_ID = {
  bind_transmitter: 0x0000_0002,
  submit_sm: 0x0000_0004,
  deliver_sm: 0x0000_0005,
  unbind: 0x0000_0006,
  bind_transceiver: 0x0000_0009,
  enquire_link: 0x0000_0015,
  alert_notification: 0x0000_0102,
  generic_nack: 0x8000_0000,
} as const;

export type RequestCommand =
  | 'submit_sm'
  | 'unbind'
  | 'bind_transceiver'
  | 'bind_transmitter'
  | 'enquire_link';
type ResponseCommand = 'deliver_sm_resp' | 'enquire_link_resp' | 'unbind_resp' | 'generic_nack';

/** One protocol data unit as it came, its header read (§3.2). */
export type Pdu = { commandId: number; status: number; sequence: number; body: Buffer };

const HEADER_LENGTH = 16;
const MAX_LENGTH = 70_000;
const RESPONSE_BIT = 0x8000_0000;

/** The bytes of one PDU. A field that does not fit its type is a bug in the caller and throws. */
export function encodePdu(
  command: RequestCommand | ResponseCommand,
  sequence: number,
  fields: Record<string, unknown> = {},
): Buffer {
  return new smpp.PDU(command, { ...fields, sequence_number: sequence }).toBuffer();
}

export function isResponse({ commandId }: Pdu): boolean {
  return commandId >= RESPONSE_BIT;
}

/** The command id of the response to a request (§5.1.2). */
export function responseId(command: RequestCommand): number {
  return COMMAND_ID[command] + RESPONSE_BIT;
}

/**
 * Cuts a byte stream into PDUs by their command_length. The library's own reader is not used: a length of 0 makes it
 * skip four bytes, one of 4 makes it wait for ever, and after one that is too large it stays wedged without closing.
 * A length that no PDU of this protocol has means that the stream has lost its framing, which nothing can restore
 * (§4.3.1): `isBroken`, after the PDUs that came before it. The longest PDU is a `message_payload` of 64 KiB.
 */
export function createPduReader(): (chunk: Buffer) => { pdus: Pdu[]; isBroken: boolean } {
  let rest = Buffer.alloc(0);

  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const pdus: Pdu[] = [];
    while (rest.length >= 4) {
      const length = rest.readUInt32BE(0);
      if (length < HEADER_LENGTH || length > MAX_LENGTH) return { pdus, isBroken: true };
      if (rest.length < length) break;
      pdus.push({
        commandId: rest.readUInt32BE(4),
        status: rest.readUInt32BE(8),
        sequence: rest.readUInt32BE(12),
        body: rest.subarray(HEADER_LENGTH, length),
      });
      rest = rest.subarray(length);
    }
    return { pdus, isBroken: false };
  };
}

/** A C-octet string (§3.1): up to its NUL or, where the sender forgot it, up to the end. */
export function readCString(bytes: Buffer, offset: number): { value: string; next: number } {
  const nul = bytes.indexOf(0, offset);
  const end = nul === -1 ? bytes.length : nul;
  return { value: bytes.toString('latin1', offset, end), next: end + 1 };
}
