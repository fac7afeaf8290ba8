import { z } from 'zod';
import { baseUrl, choice, httpUrl, list, text, token } from './fields.ts';

const sender = text.regex(
  /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11})$/,
  'must be a number in E.164 without spaces (+14155550100), a short code, or a sender ID of up to 11 letters and digits',
);

function uuid(copyFrom: string) {
  return text.regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, `must be a UUID; ${copyFrom}`);
}

const twilioSettings = z.strictObject({
  accountSid: text.regex(
    /^AC[0-9a-fA-F]{32}$/,
    'must be AC and 32 hexadecimal digits; copy it from the Twilio console',
  ),
  authToken: token,
  apiKey: token.regex(/^SK/, 'must begin with SK; copy the SID of the API key from the Twilio console'),
  apiSecret: token,
  from: sender,
  messagingServiceSid: token.regex(/^MG/, 'must begin with MG; copy it from the Twilio console'),
  apiUrl: baseUrl,
});

const vonageSettings = z.strictObject({ apiKey: token, apiSecret: token, from: sender, apiUrl: baseUrl });

const telnyxSettings = z.strictObject({
  apiKey: token,
  from: sender,
  messagingProfileId: uuid('copy the ID of the messaging profile from the Telnyx portal'),
  apiUrl: baseUrl,
});

const plivoSettings = z.strictObject({
  authId: text.regex(
    /^[A-Za-z0-9]+$/,
    'must be letters and digits; copy it from the overview of the Plivo console',
  ),
  authToken: token,
  from: sender,
  powerpackUuid: uuid('copy it from the Powerpack in the Plivo console'),
  apiUrl: baseUrl,
});

const infobipSettings = z.strictObject({ baseUrl, apiKey: token, from: sender });

const sinchSettings = z.strictObject({
  servicePlanId: text.regex(
    /^[A-Za-z0-9_-]+$/,
    'must be letters, digits, - and _; copy it from the Sinch dashboard',
  ),
  apiToken: token,
  region: choice(['us', 'eu', 'au', 'br', 'ca']),
  from: sender,
  apiUrl: baseUrl,
});

/** Everything that the YAML file may say about providers, but for what is needed of those in `order`. */
export const providerSettings = z.strictObject({
  order: list(z.string()),
  http: z.strictObject({ url: httpUrl, token }),
  infobip: infobipSettings,
  plivo: plivoSettings,
  sinch: sinchSettings,
  telnyx: telnyxSettings,
  twilio: twilioSettings,
  vonage: vonageSettings,
});
