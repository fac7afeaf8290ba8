import smpp from 'smpp';

/** The fields of a submit_sm (SMPP 3.4 §4.4.1) that are not left at zero. */
export type SubmitFields = {
  source_addr_ton: number;
  source_addr_npi: number;
  source_addr: string;
  dest_addr_ton: number;
  dest_addr_npi: number;
  destination_addr: string;
  esm_class: number;
  validity_period: string;
  registered_delivery: number;
  data_coding: number;
  short_message: Buffer;
};

const INTERNATIONAL = 1;
const NETWORK_SPECIFIC = 3;
const ALPHANUMERIC = 5;
const UNKNOWN_PLAN = 0;
const ISDN = 1;
const UDH_INDICATOR = 0x40;
const SMSC_DEFAULT_ALPHABET = 0;
const UCS_2 = 8;
const MAX_ADDRESS_LENGTH = 20;
const MAX_SHORT_CODE_LENGTH = 8;
const MAX_VALIDITY_SECONDS = 86_400;
const ESCAPE = 0x1b;

/**
 * A sender's address with its type of number and numbering plan (§5.2.5, §5.2.6): E.164 1/1 without the plus sign,
 * alphanumeric 5/0, and short code 3/0, the values that Infobip's "TON and NPI settings" gives as the defaults of
 * SMPP environments and OpenMarket's SMPP examples show. Up to eight digits without a plus sign are a short code.
 * Undefined for what is not 1 to 20 characters of printable ASCII, the most the field holds.
 */
export function sourceAddress(
  sender: string,
): Pick<SubmitFields, 'source_addr_ton' | 'source_addr_npi' | 'source_addr'> | undefined {
  const number = sender.replace(/^\+(?=\d+$)/, '');
  if (!/^[\x20-\x7e]+$/.test(number) || number.length > MAX_ADDRESS_LENGTH) return undefined;
  if (!/^\d+$/.test(number)) {
    return { source_addr_ton: ALPHANUMERIC, source_addr_npi: UNKNOWN_PLAN, source_addr: number };
  }
  return number === sender && number.length <= MAX_SHORT_CODE_LENGTH
    ? { source_addr_ton: NETWORK_SPECIFIC, source_addr_npi: UNKNOWN_PLAN, source_addr: number }
    : { source_addr_ton: INTERNATIONAL, source_addr_npi: ISDN, source_addr: number };
}

/**
 * The submit_sm of each part of a text, undefined if the sender cannot be an address.
 *
 * Text of the GSM alphabet goes as data_coding 0, one septet in an octet (the library would call it 1, IA5), all other
 * text as 8, UCS-2 (§5.2.19). What does not fit 160 or 70 characters goes in parts of 153 or 67, each behind a user
 * data header with an 8-bit reference (3GPP TS 23.040 §9.2.3.24.1), never cut within an escape sequence or a
 * surrogate pair. Only the first part asks for a receipt (§5.2.17): its id stands for the message.
 *
 * `reference`: 0 to 255, the same for the parts of one message and another for the next.
 */
export function submitFields(
  message: { to: string; sender: string; body: string; validitySeconds: number },
  reference: number,
): SubmitFields[] | undefined {
  const source = sourceAddress(message.sender);
  if (!source) return undefined;

  const isGsm7 = isInGsmAlphabet(message.body);
  const parts = isGsm7
    ? cut(smpp.encodings.ASCII.encode(message.body), GSM_7)
    : cut(Buffer.from(message.body, 'utf16le').swap16(), UTF_16);

  return parts.map((part, index) => ({
    ...source,
    dest_addr_ton: INTERNATIONAL,
    dest_addr_npi: ISDN,
    destination_addr: message.to.replace(/^\+/, ''),
    esm_class: parts.length > 1 ? UDH_INDICATOR : 0,
    validity_period: relativeTime(message.validitySeconds),
    registered_delivery: index === 0 ? 1 : 0,
    data_coding: isGsm7 ? SMSC_DEFAULT_ALPHABET : UCS_2,
    short_message:
      parts.length > 1
        ? Buffer.concat([Buffer.from([5, 0, 3, reference, parts.length, index + 1]), part])
        : part,
  }));
}

/**
 * `YYMMDDhhmmsstnnR`, a time from the SMSC's now (§7.1.1.2); at least 1 s, for an empty one is the SMSC's default of
 * days, and at most 24 h, which every SMSC takes and no code outlives.
 */
export function relativeTime(seconds: number): string {
  const whole = Math.min(Math.max(Math.trunc(seconds), 1), MAX_VALIDITY_SECONDS);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  return `0000${[days, hours, minutes, whole % 60].map((part) => String(part).padStart(2, '0')).join('')}000R`;
}

// The library lets a bare escape pass for a character.
function isInGsmAlphabet(text: string): boolean {
  return smpp.encodings.ASCII.match(text) && !text.includes('\u001b');
}

type Cutting = {
  /** Octets of a message in one part, and of each part of several. */
  wholeOctets: number;
  partOctets: number;
  characterOctets: number;
  /** Whether the last character belongs to the one after it. */
  endsWithin: (part: Buffer) => boolean;
};

const GSM_7: Cutting = {
  wholeOctets: 160,
  partOctets: 153,
  characterOctets: 1,
  endsWithin: (part) => part.at(-1) === ESCAPE,
};

const UTF_16: Cutting = {
  wholeOctets: 140,
  partOctets: 134,
  characterOctets: 2,
  endsWithin: (part) => ((part.at(-2) ?? 0) & 0xfc) === 0xd8,
};

function cut(octets: Buffer, { wholeOctets, partOctets, characterOctets, endsWithin }: Cutting): Buffer[] {
  if (octets.length <= wholeOctets) return [octets];
  const parts: Buffer[] = [];
  for (let start = 0; start < octets.length; ) {
    let end = Math.min(start + partOctets, octets.length);
    if (end < octets.length && endsWithin(octets.subarray(start, end))) end -= characterOctets;
    parts.push(octets.subarray(start, end));
    start = end;
  }
  return parts;
}
