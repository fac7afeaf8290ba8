/** SMPP 3.4 §5.1.2.1. */
export const COMMAND_ID = {
  bind_receiver: 0x0000_0001,
  bind_transmitter: 0x0000_0002,
  submit_sm: 0x0000_0004,
  deliver_sm: 0x0000_0005,
  unbind: 0x0000_0006,
  bind_transceiver: 0x0000_0009,
  enquire_link: 0x0000_0015,
  alert_notification: 0x0000_0102,
  data_sm: 0x0000_0103,
  generic_nack: 0x8000_0000,
} as const;

/** The binds by what they may do: send, receive, or both (§2.2). */
export type BindCommand = 'bind_receiver' | 'bind_transmitter' | 'bind_transceiver';
/** What we ask of an SMSC. */
export type RequestCommand = BindCommand | 'submit_sm' | 'unbind' | 'enquire_link';
/** What an SMSC asks of us, and we answer. */
export type AnsweredCommand = 'deliver_sm' | 'data_sm' | 'enquire_link' | 'unbind';

/** One protocol data unit, its header read (§3.2). */
export type Pdu = { commandId: number; status: number; sequence: number; body: Buffer };

const HEADER_LENGTH = 16;
const MAX_LENGTH = 70_000;
const RESPONSE_BIT = 0x8000_0000;

export function encodePdu({ commandId, status, sequence, body }: Pdu): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt32BE(HEADER_LENGTH + body.length, 0);
  header.writeUInt32BE(commandId, 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, body]);
}

export function isResponse({ commandId }: Pick<Pdu, 'commandId'>): boolean {
  return commandId >= RESPONSE_BIT;
}

/** The command id of the response to a request (§5.1.2). */
export function responseId(command: RequestCommand | AnsweredCommand): number {
  return COMMAND_ID[command] + RESPONSE_BIT;
}

/** `submit_sm_resp`; a command that is not known here as its number. */
export function commandName(commandId: number): string {
  const isAnswer = isResponse({ commandId }) && commandId !== COMMAND_ID.generic_nack;
  const requestId = isAnswer ? commandId - RESPONSE_BIT : commandId;
  const [name] = Object.entries(COMMAND_ID).find(([, id]) => id === requestId) ?? [];
  return name === undefined
    ? `0x${commandId.toString(16).padStart(8, '0')}`
    : name + (isAnswer ? '_resp' : '');
}

/**
 * Cuts a byte stream into PDUs by their command_length. A length that no PDU of this protocol has means that the
 * stream has lost its framing, which nothing can restore (§4.3.1): `isBroken`, after the PDUs that came before it.
 * The longest PDU is a `message_payload` of 64 KiB.
 */
export function createPduReader(): (chunk: Buffer) => { pdus: Pdu[]; isBroken: boolean } {
  let rest: Buffer = Buffer.alloc(0);

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
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
