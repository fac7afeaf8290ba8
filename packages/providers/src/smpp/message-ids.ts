export type MessageIds = {
  remember(id: string): void;
  /** The remembered id that a receipt's id stands for; the receipt's own if there is none. */
  resolve(receiptId: string): string;
};

/** Shorter ids are counters, where the hexadecimal form of one is the decimal form of another. */
const MIN_CONVERTED_LENGTH = 7;

/**
 * Matches the ids of receipts with those of submit_sm_resp. SMPP 3.4 (§5.2.23) calls a message_id opaque, yet there
 * are SMSCs that answer a submit_sm with the hexadecimal and send the receipt with the decimal form, or the other
 * way round, or pad one with zeros (Kannel's user guide, `msg-id-type`). Only an id that this process was given
 * lately is translated: what form an SMSC uses cannot be told from an id alone.
 */
export function createMessageIds(capacity = 10_000): MessageIds {
  const known = new Map<string, string>();

  return {
    remember(id) {
      const key = withoutPadding(id);
      known.delete(key);
      known.set(key, id);
      const [oldest] = known.keys();
      if (known.size > capacity && oldest !== undefined) known.delete(oldest);
    },
    resolve(receiptId) {
      for (const form of formsOf(withoutPadding(receiptId))) {
        const id = known.get(form);
        if (id !== undefined) return id;
      }
      return receiptId;
    },
  };
}

function withoutPadding(id: string): string {
  return id.toLowerCase().replace(/^0+(?=.)/, '');
}

function formsOf(id: string): string[] {
  const forms = [id];
  if (id.length < MIN_CONVERTED_LENGTH || id.length > 20) return forms;
  if (/^\d+$/.test(id)) forms.push(BigInt(id).toString(16));
  if (/^[\da-f]+$/.test(id)) forms.push(BigInt(`0x${id}`).toString());
  return forms;
}
