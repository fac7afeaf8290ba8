export type { CredentialsAnswer, CredentialsCheck } from './credentials-check.ts';
export { infobipCredentials } from './infobip/infobip-credentials.ts';
export { plivoCredentials } from './plivo/plivo-credentials.ts';
export { sinchCredentials } from './sinch/sinch-credentials.ts';
export { smppCredentials } from './smpp/smpp-credentials.ts';
export { telnyxCredentials } from './telnyx/telnyx-credentials.ts';
export { twilioCredentials } from './twilio/twilio-credentials.ts';
export { vonageCredentials } from './vonage/vonage-credentials.ts';
