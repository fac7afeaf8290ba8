export type { Provider, SendRequest, SendResult } from './provider.ts';
export { createConsoleProvider } from './console/console.ts';
export { createHttpProvider, type HttpProviderOptions } from './http/http.ts';
export { createTwilioProvider, type TwilioProviderOptions } from './twilio/twilio.ts';
