const ESCAPE = 0x1b;
/** The default alphabet of 3GPP TS 23.038 §6.2.1, by its septets from 0x00; 0x1b escapes to the extension table. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const BASIC_CHARACTERS = Array.from(BASIC);
/** Its extension table (§6.2.1.1). */
const EXTENSION: Readonly<Record<string, number>> = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
};

const SEPTETS: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...Array.from(BASIC, (character, septet): [string, number[]] => [character, [septet]]),
  ...Object.entries(EXTENSION).map(([character, septet]): [string, number[]] => [
    character,
    [ESCAPE, septet],
  ]),
]);

/** One septet, or an escape and one; undefined for a character that is not in the alphabet. */
export function septetsOf(character: string): readonly number[] | undefined {
  return character === '\u001b' ? undefined : SEPTETS.get(character);
}

/** The text of packed septets, without a user data header; a septet of the extension table reads as two. */
export function unpackSeptets(octets: Buffer): string {
  const characters: string[] = [];
  let [bits, held] = [0, 0];
  for (const octet of octets) {
    bits |= octet << held;
    for (held += 8; held >= 7; held -= 7) {
      characters.push(BASIC_CHARACTERS[bits & 0x7f] ?? '');
      bits >>= 7;
    }
  }
  return characters.join('');
}

/**
 * Packs septets, eight in seven octets (TS 23.038 §6.1.2.1), behind a user data header of `headerOctets`: the first
 * septet begins at the next multiple of seven bits (TS 23.040 §9.2.3.24). Seven bits that are left at the end would
 * read as an `@`; they hold a carriage return, as §6.1.2.3.1 has it.
 */
export function packSeptets(septets: readonly number[], headerOctets: number): Buffer {
  const fillBits = (7 - ((headerOctets * 8) % 7)) % 7;
  const bits = fillBits + septets.length * 7;
  const octets = Buffer.alloc(Math.ceil(bits / 8));
  const padded = octets.length * 8 - bits === 7 ? [...septets, 0x0d] : septets;
  for (const [index, septet] of padded.entries()) {
    const bit = fillBits + index * 7;
    const at = bit >> 3;
    const shifted = septet << (bit % 8);
    octets.writeUInt8(octets.readUInt8(at) | (shifted & 0xff), at);
    if (shifted > 0xff) octets.writeUInt8(shifted >> 8, at + 1);
  }
  return octets;
}
