export type { Provider, SendRequest, SendResult } from './provider.ts';
export { createConsoleProvider } from './console/console.ts';
export { createHttpProvider, type HttpProviderOptions } from './http/http.ts';
export { createInfobipProvider, type InfobipProviderOptions } from './infobip/infobip.ts';
export { createPlivoProvider, type PlivoProviderOptions } from './plivo/plivo.ts';
export { createSinchProvider, type SinchProviderOptions } from './sinch/sinch.ts';
export { createTelnyxProvider, type TelnyxProviderOptions } from './telnyx/telnyx.ts';
export { createTwilioProvider, type TwilioProviderOptions } from './twilio/twilio.ts';
export { createVonageProvider, type VonageProviderOptions } from './vonage/vonage.ts';
