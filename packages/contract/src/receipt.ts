/**
 * What a delivery receipt says, in words that all providers share.
 *
 * - `sent`: on its way. The only one that is not final.
 * - `delivered`: the handset has it, as far as the provider can see.
 * - `undelivered`: the carrier or the handset did not take it.
 * - `failed`: the provider could not or would not pass it on.
 * - `expired`: its validity period ended on the way.
 * - `unknown`: the provider will never know.
 */
export const RECEIPT_STATUSES = ['sent', 'delivered', 'undelivered', 'failed', 'expired', 'unknown'] as const;
export type ReceiptStatus = (typeof RECEIPT_STATUSES)[number];

export type Receipt = {
  /** The provider's own id of the message, if the receipt has one. */
  providerMessageId: string | undefined;
  status: ReceiptStatus;
  /** A short stable token such as `twilio_30003`, never the provider's free text. */
  code: string | undefined;
  /** With `undelivered` and `failed`: whether another provider may get the message through. */
  isCurable: boolean;
  /** Where its message may be filed, if not simply under `providerMessageId`. */
  name?: ReceiptName | undefined;
};

/** Under what an accepted message is filed so that its receipts find it, if not simply under the provider's own id. */
export type MessageName = {
  /** Within which ids are unique: a message centre, rather than one of several providers that reach it. */
  scope: string;
  id: string;
  /** The ids that its receipts may have, this one included. */
  receiptIds: readonly string[];
};

/** What a receipt calls its message. */
export type ReceiptName = {
  scope: string;
  /** As it waits for a message that is not filed yet. */
  id: string;
  /** The ids under which the message may be filed, likeliest first. */
  messageIds: readonly string[];
};

/** Whether a receipt says that the message did not arrive, for a reason that another provider may not have. */
export function isCurableFailure({ status, isCurable }: Pick<Receipt, 'status' | 'isCurable'>): boolean {
  return isFailure({ status }) && isCurable;
}

/** Whether a receipt says for good that the message did not arrive. */
export function isFailure({ status }: Pick<Receipt, 'status'>): boolean {
  return status === 'undelivered' || status === 'failed';
}
