import type { Receipt } from '@sms-gateway/contract';
import type { ReceiptMatch } from '../provider.ts';
import type { IdForm, SmppDialect } from './dialect.ts';
import type { IdForms } from './id-forms.ts';
import { readDelivery } from './receipt.ts';
import type { SessionOptions } from './session.ts';
import { type Shape, shapeOf } from './shape.ts';
import { ESME_ROK, ESME_RX_T_APPN } from './status.ts';

export type ReceiverEvent =
  /** A delivery receipt of an unknown form, or of a message that is not known (yet). */
  | { event: 'receipt_unreadable' | 'receipt_unmatched'; shape: Shape }
  /** A message from a handset, which is acknowledged and dropped. */
  | { event: 'no_receipt'; shape: Shape }
  /** A delivery receipt could not be stored; the SMSC is asked to repeat it. */
  | { event: 'receipt_refused' }
  | { event: 'id_form_learnt'; form: IdForm };

type Deps = {
  ids: IdForms;
  /** How the centre marks its receipts. */
  mark: SmppDialect['receiptMark'];
  onReceipt: (receipt: Receipt) => Promise<ReceiptMatch | undefined>;
  onEvent: (event: ReceiverEvent) => void;
};

/** Handles what an SMSC delivers, and answers once it is stored. */
export function createReceiver({ ids, mark, onReceipt, onEvent }: Deps): SessionOptions['onDeliver'] {
  return async (delivery) => {
    const read = readDelivery(delivery, mark);
    if (read.kind !== 'receipt') {
      const event = read.kind === 'message' ? 'no_receipt' : 'receipt_unreadable';
      onEvent({ event, shape: shapeOf(delivery) });
      return ESME_ROK;
    }
    const { receipt, otherId } = read;
    try {
      const name = ids.ofReceipt(receipt.providerMessageId);
      const others = otherId === undefined ? [] : ids.ofReceipt(otherId).messageIds;
      const messageIds = [...new Set([...name.messageIds, ...others])];
      const taken = await onReceipt({ ...receipt, name: { ...name, messageIds } });
      if (taken === undefined) onEvent({ event: 'receipt_unmatched', shape: shapeOf(delivery) });
      else if (taken.isOnly) ids.learn(receipt.providerMessageId, taken.filedAs);
      return ESME_ROK;
    } catch {
      onEvent({ event: 'receipt_refused' });
      return ESME_RX_T_APPN;
    }
  };
}
