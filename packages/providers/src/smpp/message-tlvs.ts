import type { Registration } from '@sms-gateway/contract';
import { TLV } from './body.ts';
import type { SmppDialect } from './dialect.ts';

/** TLVs that the gateway writes or reads itself. */
const OWN_TAGS: ReadonlySet<number> = new Set(Object.values(TLV));
const MAX_TAG = 0xff_ff;
const MAX_VALUE_LENGTH = 255;

/** Parses a tag such as `0x1400` or `5120`; undefined if it is invalid, or one that the gateway writes or reads itself. */
export function parseTag(written: string): number | undefined {
  const tag = /^(?:0x[\da-f]{1,4}|\d{1,5})$/i.test(written) ? Number(written) : 0;
  return tag > 0 && tag <= MAX_TAG && !OWN_TAGS.has(tag) ? tag : undefined;
}

/** What is wrong with a configured TLV, as a phrase that follows its name; undefined if nothing is. */
export function tlvProblem(tag: string, value: unknown): string | undefined {
  if (parseTag(tag) === undefined) {
    return 'must be the tag of a TLV, such as 0x1402, and none that the gateway writes itself';
  }
  const isText = typeof value === 'string' && /^[\x20-\x7e]+$/.test(value);
  if (isText && value.length <= MAX_VALUE_LENGTH) return undefined;
  return `must be 1 to ${MAX_VALUE_LENGTH} characters of printable ASCII in quotes, or octets as 0x and hexadecimal digits`;
}

/**
 * The TLVs of every part of a message, except those for concatenation: the configured ones of the bind, India's ids, and
 * other TLVs of the country's registration. A value of `0x` and pairs of hexadecimal digits stands for these octets;
 * every other value is a string.
 */
export function messageTlvs(
  registration: Registration | undefined,
  { tlvs, registrationTlvs, tlvStrings }: Pick<SmppDialect, 'tlvs' | 'registrationTlvs' | 'tlvStrings'>,
): Map<number, Buffer> {
  const isIndia = registration?.country === 'IN';
  const values: (readonly [tag: number | undefined, value: unknown])[] = [
    ...tlvs,
    [registrationTlvs.entityId, isIndia ? registration.entityId : undefined],
    [registrationTlvs.templateId, isIndia ? registration.templateId : undefined],
    ...Object.entries(registration?.parameters ?? {}).map(([tag, value]) => [parseTag(tag), value] as const),
  ];
  return new Map(
    values.flatMap(([tag, value]) =>
      tag === undefined || typeof value !== 'string' ? [] : [[tag, encodeValue(value, tlvStrings)]],
    ),
  );
}

function encodeValue(value: string, strings: SmppDialect['tlvStrings']): Buffer {
  const [, octets] = /^0x((?:[\da-f]{2})+)$/i.exec(value) ?? [];
  if (octets !== undefined) return Buffer.from(octets, 'hex');
  return Buffer.from(strings === 'c-octet' ? `${value}\0` : value, 'latin1');
}
