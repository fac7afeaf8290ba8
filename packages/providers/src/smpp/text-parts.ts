import type { Alphabet, Concatenation, SmppDialect } from './dialect.ts';
import { packSeptets, septetsOf } from './gsm-alphabet.ts';

/** Most of a message in octets, and in septets. */
const MESSAGE_OCTETS = 140;
const MESSAGE_SEPTETS = 160;
/** Octets of the user data header of a part; with `sar` the centre writes it. */
const HEADER_OCTETS: Readonly<Record<Concatenation, number>> = { udh8: 6, udh16: 7, sar: 6, payload: 0 };

/** A character as it is written, and what it takes of a message on the air. */
type Character = { octets: readonly number[]; cost: number };
type Coded = { characters: Character[]; unit: 'octet' | 'septet' };

/**
 * Encodes a text in the centre's default alphabet if that has every character, otherwise in UCS-2. A text that does not
 * fit into one message is split between characters, to what fits beside the user data header of a part; with `payload`
 * the centre does that. The parts are without their headers. `isLong`: it takes more than one message on the air.
 */
export function encodeText(
  text: string,
  { alphabet, dataCoding, concatenation }: Pick<SmppDialect, 'alphabet' | 'dataCoding' | 'concatenation'>,
): { dataCoding: number; parts: Buffer[]; isLong: boolean } {
  // Code points: a surrogate pair must stay whole.
  const written = Array.from(text);
  const own = inAlphabet(written, alphabet);
  const { characters, unit } = own ?? inUcs2(written);
  const isLong = !fits(characters, unit);
  const [whole, headerOctets] = isLong
    ? [concatenation === 'payload', HEADER_OCTETS[concatenation]]
    : [true, 0];
  const parts = whole ? [characters] : cut(characters, capacity(unit, headerOctets));
  return {
    isLong,
    dataCoding: own === undefined ? dataCoding.ucs2 : dataCoding.default,
    parts: parts.map((part) => {
      const octets = part.flatMap((character) => character.octets);
      const isPacked = own !== undefined && alphabet === 'gsm-packed';
      // With `sar` the centre writes the header, so it is not packed here.
      return isPacked ? packSeptets(octets, concatenation === 'sar' ? 0 : headerOctets) : Buffer.from(octets);
    }),
  };
}

function inAlphabet(text: string[], alphabet: Alphabet): Coded | undefined {
  const septets = text.map(septetsOf);
  const isGsm = septets.every((known) => known !== undefined);
  if (alphabet === 'gsm' || alphabet === 'gsm-packed') {
    if (!isGsm) return undefined;
    return { characters: septets.map((octets) => ({ octets, cost: octets.length })), unit: 'septet' };
  }
  const last = { ascii: 0x7e, latin1: 0xff, ucs2: -1 }[alphabet];
  const codes = text.map((character) => character.codePointAt(0) ?? 0);
  if (!codes.every((code) => code <= last && isPrintable(code))) return undefined;
  return {
    // The centre converts to septets if it can, and some characters take two.
    characters: codes.map((code, index) => ({
      octets: [code],
      cost: isGsm ? (septets[index]?.length ?? 1) : 1,
    })),
    unit: isGsm ? 'septet' : 'octet',
  };
}

function inUcs2(text: string[]): Coded {
  const characters = text.map((character) => {
    const [high, low] = [character.charCodeAt(0), character.charCodeAt(1)];
    const octets = [high >> 8, high & 0xff, ...(character.length > 1 ? [low >> 8, low & 0xff] : [])];
    return { octets, cost: octets.length };
  });
  return { characters, unit: 'octet' };
}

/** Control characters other than line feed and carriage return are no text in Latin-1 and ASCII. */
function isPrintable(code: number): boolean {
  return code === 0x0a || code === 0x0d || (code >= 0x20 && code <= 0x7e) || code >= 0xa0;
}

function capacity(unit: Coded['unit'], headerOctets: number): number {
  if (unit === 'octet') return MESSAGE_OCTETS - headerOctets;
  return headerOctets === 0 ? MESSAGE_SEPTETS : Math.floor(((MESSAGE_OCTETS - headerOctets) * 8) / 7);
}

function fits(characters: Character[], unit: Coded['unit']): boolean {
  return characters.reduce((sum, { cost }) => sum + cost, 0) <= capacity(unit, 0);
}

function cut(characters: Character[], most: number): Character[][] {
  const parts: Character[][] = [];
  let part: Character[] = [];
  let cost = 0;
  for (const character of characters) {
    if (cost + character.cost > most) {
      parts.push(part);
      part = [];
      cost = 0;
    }
    part.push(character);
    cost += character.cost;
  }
  return [...parts, part];
}
