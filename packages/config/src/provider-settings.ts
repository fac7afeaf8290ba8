import { z } from 'zod';
import {
  baseUrl,
  choice,
  httpUrl,
  list,
  positiveNumber,
  smppUrl,
  text,
  token,
  wholeNumber,
} from './fields.ts';

export const sender = text.regex(
  /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11})$/,
  'must be a number in E.164 without spaces (+14155550100), a short code, or a sender ID of up to 11 letters and digits',
);

function uuid(copyFrom: string) {
  return text.regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, `must be a UUID; ${copyFrom}`);
}

const rateLimit = positiveNumber(0.1, 10_000);

const publicKey = text.refine(
  (value) => Buffer.from(value, 'base64').length === 32 && /^[A-Za-z0-9+/_-]+=*$/.test(value),
  'must be base64 of 32 bytes; copy the public key from the Telnyx portal, under Keys & Credentials',
);

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
  rateLimit,
});

const vonageSettings = z.strictObject({
  apiKey: token,
  apiSecret: token,
  from: sender,
  signatureSecret: token,
  apiUrl: baseUrl,
  rateLimit,
});

const telnyxSettings = z.strictObject({
  apiKey: token,
  from: sender,
  messagingProfileId: uuid('copy the ID of the messaging profile from the Telnyx portal'),
  publicKey,
  apiUrl: baseUrl,
  rateLimit,
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
  rateLimit,
});

const infobipSettings = z.strictObject({ baseUrl, apiKey: token, from: sender, rateLimit });

const sinchSettings = z.strictObject({
  servicePlanId: text.regex(
    /^[A-Za-z0-9_-]+$/,
    'must be letters, digits, - and _; copy it from the Sinch dashboard',
  ),
  apiToken: token,
  region: choice(['us', 'eu', 'au', 'br', 'ca']),
  from: sender,
  apiUrl: baseUrl,
  rateLimit,
});

const awsSettings = z.strictObject({
  region: text.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the name of an AWS region, such as eu-central-1'),
  originationIdentity: token,
  configurationSet: token,
  apiUrl: baseUrl,
  rateLimit,
});

const ascii = (max: number) =>
  text.regex(
    new RegExp(`^[\\x21-\\x7e]{1,${max}}$`),
    `must be 1 to ${max} printable ASCII characters, as SMPP 3.4 has it`,
  );

/** Lengths: SMPP 3.4, section 4.1.1, without the octet that ends each. */
const smppSettings = z.strictObject({
  url: smppUrl,
  systemId: ascii(15),
  password: ascii(8),
  systemType: ascii(12),
  from: sender,
  windowSize: wholeNumber(1, 1000),
  rateLimit,
});

/** Everything that the YAML file may say about providers, but for what is needed of those in `order`. */
export const providerSettings = z.strictObject({
  order: list(z.string()),
  aws: awsSettings,
  http: z.strictObject({ url: httpUrl, token, rateLimit }),
  infobip: infobipSettings,
  plivo: plivoSettings,
  sinch: sinchSettings,
  smpp: smppSettings,
  telnyx: telnyxSettings,
  twilio: twilioSettings,
  vonage: vonageSettings,
});

/** What the ingress reads of it: what it takes to tell a genuine delivery receipt. */
export const receiptSettings = z.strictObject({
  plivo: plivoSettings.pick({ authToken: true }),
  sinch: z.strictObject({ webhookSecret: token }),
  telnyx: telnyxSettings.pick({ publicKey: true }),
  twilio: twilioSettings.pick({ authToken: true }),
  vonage: vonageSettings.pick({ signatureSecret: true }),
});
