import type { Variable } from './variables.ts';

type Extra = Partial<Pick<Variable, 'services' | 'secret' | 'default'>>;

const SECRET = { secret: true } as const;
const RATE = 'Messages per second at most, by all workers together, 0.1 to 10000; unset means no limit';

function variable(name: string, path: string, description: string, extra: Extra = {}): Variable {
  return { name, path: ['providers', ...path.split('.')], services: ['worker'], description, ...extra };
}

/** Also read by the ingress, which verifies receipts with it. */
const SECRET_OF_RECEIPTS = { ...SECRET, services: ['ingress', 'worker'] } as const;

/** The part of the table that is about providers. */
export const PROVIDER_VARIABLES: readonly Variable[] = [
  variable(
    'PROVIDERS',
    'order',
    'Failover order, comma-separated: aws, console, http, infobip, plivo, simulator, sinch, smpp, telnyx, twilio, vonage',
  ),
  variable('TWILIO_ACCOUNT_SID', 'twilio.accountSid', 'AC and 32 hexadecimal digits'),
  variable('TWILIO_AUTH_TOKEN', 'twilio.authToken', 'Auth token of the account', SECRET_OF_RECEIPTS),
  variable('TWILIO_API_KEY', 'twilio.apiKey', 'API key SID, used in place of the auth token', SECRET),
  variable('TWILIO_API_SECRET', 'twilio.apiSecret', 'Secret of the API key', SECRET),
  variable(
    'TWILIO_FROM',
    'twilio.from',
    'Sender: a number in E.164, a short code or an alphanumeric sender ID',
  ),
  variable(
    'TWILIO_MESSAGING_SERVICE_SID',
    'twilio.messagingServiceSid',
    'Messaging service that chooses the sender, in place of TWILIO_FROM',
  ),
  variable('TWILIO_API_URL', 'twilio.apiUrl', "Overrides the API's base URL (tests, proxies)"),
  variable('TWILIO_RATE_LIMIT', 'twilio.rateLimit', RATE),
  variable('VONAGE_API_KEY', 'vonage.apiKey', 'API key of the account'),
  variable('VONAGE_API_SECRET', 'vonage.apiSecret', 'API secret of the account', SECRET),
  variable(
    'VONAGE_FROM',
    'vonage.from',
    'Sender: a number in E.164, a short code or an alphanumeric sender ID',
  ),
  variable(
    'VONAGE_SIGNATURE_SECRET',
    'vonage.signatureSecret',
    'Signature secret of the account, which verifies receipts; without it none are asked for',
    SECRET_OF_RECEIPTS,
  ),
  variable('VONAGE_API_URL', 'vonage.apiUrl', "Overrides the API's base URL (tests, proxies)"),
  variable('VONAGE_RATE_LIMIT', 'vonage.rateLimit', RATE),
  variable('TELNYX_API_KEY', 'telnyx.apiKey', 'API key of the account', SECRET),
  variable(
    'TELNYX_FROM',
    'telnyx.from',
    'Sender: a number in E.164, a short code or an alphanumeric sender ID',
  ),
  variable(
    'TELNYX_MESSAGING_PROFILE_ID',
    'telnyx.messagingProfileId',
    'Messaging profile: chooses the sender in place of TELNYX_FROM, or holds the sender ID of letters',
  ),
  variable(
    'TELNYX_PUBLIC_KEY',
    'telnyx.publicKey',
    'Public key of the account, base64, which verifies receipts; without it none are asked for',
    { services: ['ingress', 'worker'] },
  ),
  variable('TELNYX_API_URL', 'telnyx.apiUrl', "Overrides the API's base URL (tests, proxies)"),
  variable('TELNYX_RATE_LIMIT', 'telnyx.rateLimit', RATE),
  variable('PLIVO_AUTH_ID', 'plivo.authId', 'Auth ID of the account or subaccount'),
  variable(
    'PLIVO_AUTH_TOKEN',
    'plivo.authToken',
    'Auth token of the account or subaccount',
    SECRET_OF_RECEIPTS,
  ),
  variable(
    'PLIVO_FROM',
    'plivo.from',
    'Sender: a number in E.164, a short code or an alphanumeric sender ID',
  ),
  variable(
    'PLIVO_POWERPACK_UUID',
    'plivo.powerpackUuid',
    'Powerpack that chooses the sender, in place of PLIVO_FROM',
  ),
  variable('PLIVO_API_URL', 'plivo.apiUrl', "Overrides the API's base URL (tests, proxies)"),
  variable('PLIVO_RATE_LIMIT', 'plivo.rateLimit', RATE),
  variable('INFOBIP_BASE_URL', 'infobip.baseUrl', 'Base URL of the account, https:// included'),
  variable('INFOBIP_API_KEY', 'infobip.apiKey', 'API key that may send SMS', SECRET),
  variable(
    'INFOBIP_FROM',
    'infobip.from',
    'Sender: a number in E.164, a short code or an alphanumeric sender ID',
  ),
  variable('INFOBIP_RATE_LIMIT', 'infobip.rateLimit', RATE),
  variable('SINCH_SERVICE_PLAN_ID', 'sinch.servicePlanId', 'ID of the service plan'),
  variable('SINCH_API_TOKEN', 'sinch.apiToken', 'API token of the service plan', SECRET),
  variable('SINCH_REGION', 'sinch.region', 'Region of the service plan: us, eu, au, br or ca', {
    default: 'us',
  }),
  variable(
    'SINCH_FROM',
    'sinch.from',
    'Sender: a number in E.164, a short code or an alphanumeric sender ID',
  ),
  variable(
    'SINCH_WEBHOOK_SECRET',
    'sinch.webhookSecret',
    'Verifies receipts where the account signs them; else their URL does',
    { ...SECRET, services: ['ingress'] },
  ),
  variable('SINCH_API_URL', 'sinch.apiUrl', "Overrides the region's base URL (tests, proxies)"),
  variable('SINCH_RATE_LIMIT', 'sinch.rateLimit', RATE),
  variable('HTTP_PROVIDER_URL', 'http.url', 'Where the generic provider http posts its JSON'),
  variable('HTTP_PROVIDER_TOKEN', 'http.token', 'Bearer token of the provider http', SECRET),
  variable('HTTP_PROVIDER_RATE_LIMIT', 'http.rateLimit', RATE),
  variable(
    'AWS_REGION',
    'aws.region',
    'Region of AWS End User Messaging; credentials come from where the AWS SDK looks for them',
  ),
  variable(
    'AWS_SMS_ORIGINATION_IDENTITY',
    'aws.originationIdentity',
    'Sender: a number, sender ID or pool of the account, or its ARN; unset lets AWS choose',
  ),
  variable('AWS_SMS_CONFIGURATION_SET', 'aws.configurationSet', 'Configuration set, for event destinations'),
  variable('AWS_SMS_API_URL', 'aws.apiUrl', "Overrides the region's endpoint (tests, proxies)"),
  variable('AWS_SMS_RATE_LIMIT', 'aws.rateLimit', RATE),
  variable('SMPP_URL', 'smpp.url', 'smpp://host:2775, or smpps://host:3550 with TLS'),
  variable('SMPP_SYSTEM_ID', 'smpp.systemId', 'System ID to bind with, up to 15 characters'),
  variable('SMPP_PASSWORD', 'smpp.password', 'Password to bind with, up to 8 characters', SECRET),
  variable(
    'SMPP_SYSTEM_TYPE',
    'smpp.systemType',
    'System type, where the SMSC asks for one, up to 12 characters',
  ),
  variable('SMPP_FROM', 'smpp.from', 'Sender: a number in E.164, a short code or an alphanumeric sender ID'),
  variable(
    'SMPP_WINDOW',
    'smpp.windowSize',
    'Messages that may wait for the answer of the SMSC at once, 1 to 1000',
    { default: '10' },
  ),
  variable('SMPP_RATE_LIMIT', 'smpp.rateLimit', RATE),
];
