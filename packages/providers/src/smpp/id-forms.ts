import type { MessageName, ReceiptName } from '@sms-gateway/contract';
import type { IdForm, SmppDialect } from './dialect.ts';

/** An id of a submit_sm_resp that a receipt's id may stand for. */
type Reading = { id: string; forms: readonly IdForm[] };

export type IdForms = {
  /** Under what a message is filed whose submit_sm_resp said `id`, and how its receipts may name it. */
  ofResponse: (id: string) => MessageName;
  /** Where the message of a receipt that says `id` may be filed. */
  ofReceipt: (id: string) => ReceiptName;
  /** The receipt's id `id` matched the message filed under `filedAs`, and no other. */
  learn: (id: string, filedAs: string) => void;
  /** Adopts what another process, or this one before a restart, has learnt. */
  recall: (form: string | undefined) => void;
};

/** Shorter ids are counters: the hexadecimal form of one is the decimal form of another. */
const MIN_DISTINCT_LENGTH = 7;
const MAX_NUMBER_LENGTH = 40;
/** By how many observations a form must lead to be believed, and the most that count. */
const BELIEVED_FROM = 2;
const MAX_SCORE = 8;
const ALL: readonly IdForm[] = ['same', 'hex-to-decimal', 'decimal-to-hex'];

/**
 * Matches the ids of receipts with those of submit_sm_resp. SMPP 3.4 (§5.2.23) calls a message_id opaque, but
 * some SMSCs answer a submit_sm in hexadecimal and send the receipt in decimal, or the other way round, or drop zeros
 * (Kannel's user guide, `msg-id-type`). One id does not show which form an SMSC uses; it is learnt from receipts that
 * fit one message in one form only. The learnt form is tried first, and it is the only one tried for short ids.
 */
export function createIdForms({
  scope,
  configured,
  onLearnt,
}: {
  /** Within which ids are unique: the message centre. */
  scope: string;
  configured: SmppDialect['messageIds'];
  onLearnt: (form: IdForm) => void;
}): IdForms {
  const scores = new Map<IdForm, number>(ALL.map((form) => [form, 0]));
  let learnt: IdForm | undefined;

  function formsFor(id: string): readonly IdForm[] {
    if (configured !== 'learn') return [configured];
    if (learnt === undefined) return ALL;
    const first = learnt;
    return id.length < MIN_DISTINCT_LENGTH ? [first] : [first, ...ALL.filter((form) => form !== first)];
  }

  function readings(id: string): Reading[] {
    const byId = new Map<string, IdForm[]>();
    for (const form of formsFor(id)) {
      const response = responseOf(id, form);
      if (response !== undefined) byId.set(response, [...(byId.get(response) ?? []), form]);
    }
    return [...byId].map(([response, forms]) => ({ id: response, forms }));
  }

  return {
    ofResponse(written) {
      const id = withoutPadding(written);
      const receiptIds = formsFor(id).map((form) => receiptOf(id, form));
      return { scope, id, receiptIds: unique([id, ...receiptIds]) };
    },
    ofReceipt(written) {
      const id = withoutPadding(written);
      return { scope, id, messageIds: readings(id).map((reading) => reading.id) };
    },
    learn(written, filedAs) {
      if (configured !== 'learn') return;
      const reading = readings(withoutPadding(written)).find(({ id }) => id === filedAs);
      const [form, ...others] = reading?.forms ?? [];
      // An id that reads the same in two forms is evidence for neither.
      if (form === undefined || others.length > 0) return;
      for (const [known, score] of scores) {
        scores.set(known, known === form ? Math.min(score + 1, MAX_SCORE) : Math.max(score - 1, 0));
      }
      const isBelieved = (scores.get(form) ?? 0) >= BELIEVED_FROM;
      if (!isBelieved || learnt === form || (learnt !== undefined && (scores.get(learnt) ?? 0) > 0)) return;
      learnt = form;
      onLearnt(form);
    },
    recall(form) {
      const known = ALL.find((candidate) => candidate === form);
      if (known === undefined || learnt !== undefined) return;
      learnt = known;
      scores.set(known, BELIEVED_FROM);
    },
  };
}

/** The id of the submit_sm_resp that a receipt's id comes from, if it can. */
function responseOf(id: string, form: IdForm): string | undefined {
  return form === 'hex-to-decimal' ? toHex(id) : form === 'decimal-to-hex' ? toDecimal(id) : id;
}

/** The id that the receipts of a submit_sm_resp's id have, if they can. */
function receiptOf(id: string, form: IdForm): string | undefined {
  return form === 'hex-to-decimal' ? toDecimal(id) : form === 'decimal-to-hex' ? toHex(id) : id;
}

function toHex(id: string): string | undefined {
  return id.length <= MAX_NUMBER_LENGTH && /^\d+$/.test(id) ? BigInt(id).toString(16) : undefined;
}

function toDecimal(id: string): string | undefined {
  return id.length <= MAX_NUMBER_LENGTH && /^[\da-f]+$/.test(id) ? BigInt(`0x${id}`).toString() : undefined;
}

/** Case, a leading 0x and leading zeros do not change a number. */
function withoutPadding(id: string): string {
  return id
    .toLowerCase()
    .replace(/^0x(?=[\da-f]+$)/, '')
    .replace(/^0+(?=.)/, '');
}

function unique(ids: (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => id !== undefined))];
}
