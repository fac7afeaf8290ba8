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
  [/^un-?deliv|^fail|^noroute/, 'undeliv'],
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
const NOT_DELIVERED = /\b(?:not|un|never|no)\b[^.]{0,30}\bdeliv/i;
/** The quotes are those of JSON. */
const SEPARATOR = '"?\\s*[:=]\\s*';
/** A value ends at a space or a punctuation mark; a word followed by a separator is the next field, not a value. */
const VALUE = `${SEPARATOR}"?(?!\\w+[:=])([^\\s,;|"]+)`;
const ID = new RegExp(`(?:^|[^a-z0-9])(?:(?:message|msg)[ _-]?)?id${VALUE}`, 'i');
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
    id: ID.exec(report)?.[1],
    state: (stated === undefined ? undefined : stateNamed(stated)) ?? unstated(report, error),
    error: error === undefined || /^0+$/.test(error) ? undefined : error,
  };
}

function unstated(report: string, error: string | undefined): State | undefined {
  const delivered = DELIVERED_COUNT.exec(report)?.[1];
  if (delivered !== undefined && Number(delivered) > 0) return 'delivrd';
  const isError = error !== undefined && !/^0+$/.test(error);
  if (delivered !== undefined) return isError ? 'undeliv' : undefined;
  if (NOT_DELIVERED.test(report)) return 'undeliv';
  // The names of fields are not words of the text.
  const words = report
    .replace(FIELDS, ' ')
    .toLowerCase()
    .match(/[a-z][a-z_-]*/g);
  const state = WORDS.find(([beginning]) => words?.some((word) => beginning.test(word)))?.[1];
  return state ?? (isError ? 'undeliv' : undefined);
}

function stateNamed(word: string): State | undefined {
  const name = word.toLowerCase();
  return WORDS.find(([beginning]) => beginning.test(name))?.[1];
}
