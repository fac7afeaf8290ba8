/** Marks that nobody sees: bidirectional controls, joiners, variation selectors, the keycap of an emoji digit. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u20e3]/gu;
/** ASCII, superscript, small, full-width and emoji. */
const PLUS_SIGNS = '+\\u207a\\ufe62\\uff0b\\u2795';
const PLUS = new RegExp(`[${PLUS_SIGNS}]`, 'gu');
/**
 * What people and address books put between digits: white space, dashes, underscores, brackets, quotes, dots in any height,
 * slashes, tildes. Holds all that libphonenumber takes for punctuation (VALID_PUNCTUATION) except `x`, which begins an
 * extension.
 */
const SEPARATORS =
  /[\p{White_Space}\p{Pd}\p{Pc}\p{Ps}\p{Pe}\p{Pi}\p{Pf}'"\u2212\u2043\u30fc\uff70.\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\uff0e\uff65/\u2044\u2215\uff0f~\u2053\u223c\uff5e]/gu;

/**
 * What is copied along with a number: the comma behind it, the angle brackets of an address, a telephone symbol. Not what
 * is dialled (`*`, `#`), and not what stands for missing digits.
 */
const EDGE = `(?:(?![${PLUS_SIGNS}*#\\uff0a\\uff03\\u2026?\\ufffd])[\\p{P}\\p{S}\\p{White_Space}])+`;
const EDGES = new RegExp(`^${EDGE}|${EDGE}$`, 'gu');

/** As nearly all callers write it; there is nothing to change. */
const PLAIN = /^\+[1-9]\d+$/;

/**
 * The digits of a phone number as somebody typed or pasted it, in ASCII, behind a plus sign where there was one.
 * Understands the decimal digits of every script, `++`, `+0…`, and `tel:` (RFC 3966). Undefined for anything else,
 * an extension included: an SMS cannot be sent to one.
 */
export function readDialString(input: string): string | undefined {
  if (PLAIN.test(input)) return input;
  const visible = input.replace(INVISIBLE, '').replace(EDGES, '');
  const compact = (/^tel:/i.test(visible) ? subscriberOf(visible) : visible)
    ?.replace(/\p{Nd}/gu, digitOf)
    .replace(PLUS, '+')
    .replace(SEPARATORS, '')
    .replace(/^\++/, '+')
    // No calling code begins with 0, so the plus sign is a mistake.
    .replace(/^\+(?=0)/, '');
  return compact !== undefined && /^\+?\d{2,}$/.test(compact) ? compact : undefined;
}

/** Unicode keeps the digits of each script together and in order, in runs of ten that begin with zero. */
function digitOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let first = code;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((code - first) % 10);
}

/** A local number is completed by its `phone-context`, where that is the beginning of a global one. */
function subscriberOf(uri: string): string | undefined {
  const [number = '', ...parameters] = decode(uri.slice('tel:'.length)).split(';');
  const parameter = (name: string) =>
    parameters.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  if (parameter('ext') !== undefined) return undefined;
  const context = parameter('phone-context') ?? '';
  return context.startsWith('+') && !number.startsWith('+') ? `${context}${number}` : number;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
