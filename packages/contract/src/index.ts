export { findCode } from './find-code.ts';
export { CALLER_FAULTS, type CallerFault } from './caller-fault.ts';
export { bullmqKeys, gatewayKeys, QUEUE_NAME, QUEUE_PREFIX } from './keys.ts';
export { ATTEMPT_RESULTS, OUTCOMES, type AttemptResult, type Outcome } from './outcome.ts';
export { describeText, replaceSmartCharacters, type TextDescription } from './segments.ts';
export { deliveryJobSchema, type DeliveryJob } from './delivery-job.ts';
export {
  MAX_RECIPIENT_LENGTH,
  noticeKind,
  readSmsRequest,
  type SmsRequest,
} from './sms-request.ts';
export { isEqual } from './timing-safe.ts';
export {
  maskPhoneNumber,
  nationalNumber,
  NUMBER_TYPES,
  type NumberType,
  parsePhoneNumber,
  type PhoneNumber,
  readPhoneNumber,
} from './phone-number.ts';
export {
  countriesOf,
  countriesToDeny,
  isCountryAssumed,
  siblingsLeftOut,
} from './countries.ts';
export {
  isCurableFailure,
  isFailure,
  RECEIPT_STATUSES,
  type MessageName,
  type Receipt,
  type ReceiptName,
  type ReceiptStatus,
} from './receipt.ts';
export { isUuid, UUID } from './uuid.ts';
export type { Registration } from './registration.ts';
export { AWS_ORIGINATION_ID, MESSAGING_SERVICE_SID } from './sender-forms.ts';
