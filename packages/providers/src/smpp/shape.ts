import { TLV } from './body.ts';
import { decodeDelivery, deliveredText } from './receipt.ts';
import type { Delivery } from './session.ts';

const MAX_SHAPE_LENGTH = 200;
const TLV_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TLV).map(([name, tag]) => [tag, name]));
/** Names of the fields of a receipt (SMPP 3.4, Appendix B), which tell nothing of a message. */
const FIELD_NAMES = /^(?:id|sub|dlvrd|submit|done|date|stat|status|err|text)$/i;

/** What a delivery looks like without what it says, for logs: which SMSC writes receipts in which way. */
export type Shape = {
  command: string;
  octets: number;
  esmClass?: number;
  dataCoding?: number;
  tlvs?: string[];
  /** Letters as `a` and digits as `9`, each with how many follow one another. */
  form?: string;
};

export function shapeOf(delivery: Delivery): Shape {
  const common = { command: delivery.command, octets: delivery.body.length };
  const body = decodeDelivery(delivery);
  if (!body) return common;
  return {
    ...common,
    esmClass: Number(body.fields['esm_class']),
    dataCoding: Number(body.fields['data_coding']),
    tlvs: [...body.tlvs.keys()].map((tag) => TLV_NAMES.get(tag) ?? `0x${tag.toString(16).padStart(4, '0')}`),
    form: formOf(deliveredText(body)),
  };
}

/** `id:0a12 stat:DELIVRD` becomes `id:9{1}a{1}9{2} stat:a{7}`. */
export function formOf(text: string): string {
  return text
    .replace(/[\p{L}]+|[0-9]+|[^\x20-\x7e]/gu, (run) =>
      FIELD_NAMES.test(run)
        ? run
        : `${/^[0-9]/.test(run) ? '9' : /^\p{L}/u.test(run) ? 'a' : '?'}{${Array.from(run).length}}`,
    )
    .slice(0, MAX_SHAPE_LENGTH);
}
