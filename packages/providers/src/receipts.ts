export { createInfobipReceipts } from './infobip/infobip-receipts.ts';
export { createPlivoReceipts } from './plivo/plivo-receipts.ts';
export type { ReadReceipts, ReceiptReading, ReceiptRequest } from './receipt-reader.ts';
export { createSinchReceipts } from './sinch/sinch-receipts.ts';
export { createTelnyxReceipts } from './telnyx/telnyx-receipts.ts';
export { createTwilioReceipts } from './twilio/twilio-receipts.ts';
export { createVonageReceipts } from './vonage/vonage-receipts.ts';
