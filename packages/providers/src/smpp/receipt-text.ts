/** Where a message is, as the text of Appendix B names it, and SMPP 5.0 (§4.7.15). */
export type State =
  | 'scheduled'
  | 'enroute'
  | 'delivrd'
  | 'expired'
  | 'deleted'
  | 'undeliv'
  | 'acceptd'
  | 'unknown'
  | 'rejectd'
  | 'skipped';

export type ReceiptText = {
  id: string | undefined;
  state: State | undefined;
  /** The error, lower case, unless it is nought. */
  error: string | undefined;
};

/**
 * How the words for a state begin: those of SMPP 3.4, Appendix B, in full or abbreviated differently, and those of
 * receipts in free text. Words for a failure come first, because they may contain a word for success.
 */
const WORDS: readonly (readonly [beginning: RegExp, state: State])[] = [
  [/^un-?deliv|^undl|^unsucc|^non-?deliv|^fail|^noroute|^block/, 'undeliv'],
  [/^expir/, 'expired'],
  [/^delet|^cancel/, 'deleted'],
  [/^reject/, 'rejectd'],
  [/^deliv(?!ery)|^dlvrd|^success/, 'delivrd'],
  [/^skip/, 'skipped'],
  [/^unkn/, 'unknown'],
  [/^accept|^acked/, 'acceptd'],
  [/^en[_-]?rout|^buffer|^sent|^submit|^queue|^pend/, 'enroute'],
  [/^schedul/, 'scheduled'],
];
/** Fields that are read by their name, or not at all. */
const FIELDS = /\b(?:(?:submit|done) date|(?:(?:message|msg)[ _-]?)?id|sub|dlvrd|err|error)\s*[:=]\s*\S*/gi;
/** `not delivered`, `cannot be delivered`, `couldn't deliver`; the apostrophe may be any character. */
const NEGATION = /(?:\b(?:not|cannot|un|non|never|no)|n[^a-z0-9\s]t)\b[^.]{0,30}\b(?:deliv|succe)/i;
/** `delivered: false` */
const DENIAL = /\b(?:deliv|succe)[a-z]*"?\s*[:=]\s*"?(?:0+|no|n|false|failed)\b/i;
/** `to be delivered`: nothing has happened yet. */
const INTENTION = /\b(?:to|will) be deliv[a-z]*/gi;
/** The quotes are those of JSON. */
const SEPARATOR = '"?\\s*[:=]\\s*';
/** A value ends at a space or a punctuation mark; the name of the next field is no value. Base64 ids end in `=`. */
const NEXT_FIELD =
  '(?:sub|dlvrd|submit|done|date|stat|status|state|err|error|text)\\b"?\\s*(?:date\\s*)?[:=]';
const VALUE = `${SEPARATOR}"?(?!${NEXT_FIELD})([^\\s,;|"]+)`;
const ID = new RegExp(`(?:^|[^a-z0-9_])(?:(?:message|msg)[ _-]?)?id${VALUE}`, 'i');
/** An id with another word before it, such as `sms_id`. */
const QUALIFIED_ID = new RegExp(`_id${VALUE}`, 'i');
const STATE = new RegExp(`\\b(?:stat|status|state)${SEPARATOR}"?([a-z][a-z_-]*)`, 'i');
const ERROR = new RegExp(`\\b(?:err|error)${SEPARATOR}([0-9a-z]{1,8})\\b`, 'i');
const DELIVERED_COUNT = new RegExp(`\\bdlvrd${SEPARATOR}(\\d{1,6})\\b`, 'i');

/**
 * Reads the text of a receipt (SMPP 3.4, Appendix B: `id:… sub:… dlvrd:… … stat:… err:… text:…`) with its fields in any
 * order and spacing. Without a known `stat`, the count of delivered messages decides, or a word of the text that names a
 * state. Dates are not read: nothing depends on them, and every SMSC formats them differently.
 */
export function readReceiptText(whole: string): ReceiptText {
  // What follows is the beginning of the message itself.
  const [report = ''] = whole.split(/\btext\s*[:=]/i);
  const error = ERROR.exec(report)?.[1]?.toLowerCase();
  const stated = STATE.exec(report)?.[1];
  return {
    id: (ID.exec(report) ?? QUALIFIED_ID.exec(report))?.[1],
    state: (stated === undefined ? undefined : stateNamed(stated)) ?? unstated(report, error),
    error: error === undefined || /^0+$/.test(error) ? undefined : error,
  };
}

function unstated(report: string, error: string | undefined): State | undefined {
  const delivered = DELIVERED_COUNT.exec(report)?.[1];
  if (delivered !== undefined && Number(delivered) > 0) return 'delivrd';
  const isError = error !== undefined && !/^0+$/.test(error);
  if (delivered !== undefined) return isError ? 'undeliv' : undefined;
  // The names of fields are not words of the text.
  return stateInWords(report.replace(FIELDS, ' ')) ?? (isError ? 'undeliv' : undefined);
}

function stateInWords(text: string): State | undefined {
  if (NEGATION.test(text) || DENIAL.test(text)) return 'undeliv';
  const words = text
    .replace(INTENTION, ' ')
    .toLowerCase()
    .match(/[a-z][a-z_-]*/g);
  return WORDS.find(([beginning]) => words?.some((word) => beginning.test(word)))?.[1];
}

/** The state that a word names, such as `DELIVRD`, or several in one, such as `DELIVERY_FAILED`. */
function stateNamed(name: string): State | undefined {
  const word = name.toLowerCase();
  return (
    WORDS.find(([beginning]) => beginning.test(word))?.[1] ?? stateInWords(word.replaceAll(/[_-]/g, ' '))
  );
}
