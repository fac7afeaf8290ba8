import { expect, test } from 'vitest';
import { sendOnce } from '../../../test/support/send-once.ts';
import { createAwsProvider } from './aws/aws.ts';
import { createInfobipProvider } from './infobip/infobip.ts';
import { createPlivoProvider } from './plivo/plivo.ts';
import type { Provider } from './provider.ts';
import { createSinchProvider } from './sinch/sinch.ts';
import { createTelnyxProvider } from './telnyx/telnyx.ts';
import { createVonageProvider } from './vonage/vonage.ts';

// The fields of a request as the provider's own documentation or SDK has them. Twilio's are checked against its
// OpenAPI document, in test/twilio-openapi.test.ts.

const RECEIPT_URL = 'https://sms.example.com/v1/receipts/any/reference';

type Documented = {
  provider: string;
  source: string;
  create: (url: string) => Provider;
  /** Each field's type; `*` marks those that are required. */
  fields: Record<string, string>;
};

const PROVIDERS: Documented[] = [
  {
    provider: 'aws',
    source: '@aws-sdk/client-pinpoint-sms-voice-v2 3.1138.0, SendTextMessageRequest',
    create: (apiUrl) =>
      createAwsProvider({
        region: 'eu-west-1',
        originationIdentity: 'pool-0123',
        configurationSet: 'codes',
        apiUrl,
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's' },
      }),
    fields: {
      DestinationPhoneNumber: 'string*',
      OriginationIdentity: 'string',
      MessageBody: 'string',
      MessageType: 'string',
      Keyword: 'string',
      ConfigurationSetName: 'string',
      MaxPrice: 'string',
      TimeToLive: 'number',
      'Context.messageId': 'string',
      'DestinationCountryParameters.IN_ENTITY_ID': 'string',
      'DestinationCountryParameters.IN_TEMPLATE_ID': 'string',
      DryRun: 'boolean',
      ProtectConfigurationId: 'string',
      MessageFeedbackEnabled: 'boolean',
    },
  },
  {
    provider: 'infobip',
    source: 'infobip/infobip-api-java-client 6.4.0, SmsApiTest and the models of /sms/3/messages',
    create: (baseUrl) => createInfobipProvider({ baseUrl, apiKey: 'k', from: 'ACMEIN' }),
    fields: {
      'messages.0.sender': 'string',
      'messages.0.destinations.0.to': 'string*',
      'messages.0.destinations.0.messageId': 'string',
      'messages.0.content.text': 'string*',
      'messages.0.options.validityPeriod.amount': 'number',
      'messages.0.options.validityPeriod.timeUnit': 'string',
      'messages.0.options.regional.indiaDlt.contentTemplateId': 'string',
      'messages.0.options.regional.indiaDlt.principalEntityId': 'string',
      'messages.0.options.regional.indiaDlt.telemarketerId': 'string',
      'messages.0.webhooks.delivery.url': 'string',
      'messages.0.webhooks.delivery.intermediateReport': 'boolean',
      'messages.0.webhooks.contentType': 'string',
      'messages.0.webhooks.callbackData': 'string',
    },
  },
  {
    provider: 'plivo',
    source: 'plivo-node 4.79.0, MessageInterface.create',
    create: (apiUrl) =>
      createPlivoProvider({ authId: 'MA1', authToken: 't', sender: { from: 'ACMEIN' }, apiUrl }),
    fields: {
      src: 'string*',
      dst: 'string*',
      text: 'string*',
      type: 'string',
      url: 'string',
      method: 'string',
      log: 'string',
      trackable: 'boolean',
      message_expiry: 'number',
      dlt_entity_id: 'string',
      dlt_template_id: 'string',
      dlt_template_category: 'string',
    },
  },
  {
    provider: 'sinch',
    source: '@sinch/sms 1.4.0, TextRequest',
    create: (apiUrl) =>
      createSinchProvider({ servicePlanId: 'p', apiToken: 't', region: 'eu', from: 'ACMEIN', apiUrl }),
    fields: {
      'to.0': 'string*',
      from: 'string',
      body: 'string*',
      type: 'string',
      delivery_report: 'string',
      send_at: 'string',
      expire_at: 'string',
      callback_url: 'string',
      client_reference: 'string',
      feedback_enabled: 'boolean',
      flash_message: 'boolean',
      truncate_concat: 'boolean',
      max_number_of_message_parts: 'number',
      from_ton: 'number',
      from_npi: 'number',
    },
  },
  {
    provider: 'telnyx',
    source: 'telnyx-node 7.24.0, MessageSendParams',
    create: (apiUrl) =>
      createTelnyxProvider({
        apiKey: 'k',
        sender: { from: 'ACMEIN', messagingProfileId: 'abc85f64-5717-4562-b3fc-2c9600000000' },
        publicKey: Buffer.alloc(32).toString('base64'),
        apiUrl,
      }),
    fields: {
      to: 'string*',
      auto_detect: 'boolean',
      encoding: 'string',
      from: 'string',
      messaging_profile_id: 'string',
      send_at: 'string',
      text: 'string',
      type: 'string',
      use_profile_webhooks: 'boolean',
      webhook_failover_url: 'string',
      webhook_url: 'string',
    },
  },
  {
    provider: 'vonage',
    source: '@vonage/sms 1.21.0, SMSRequestBody',
    create: (apiUrl) =>
      createVonageProvider({
        apiKey: 'k',
        apiSecret: 's',
        from: 'ACMEIN',
        signatureSecret: 'signature',
        apiUrl,
      }),
    // All are strings in a form.
    fields: {
      to: 'string*',
      from: 'string*',
      text: 'string',
      type: 'string',
      ttl: 'string',
      callback: 'string',
      'client-ref': 'string',
      'status-report-req': 'string',
      'message-class': 'string',
      'protocol-id': 'string',
      'entity-id': 'string',
      'content-id': 'string',
    },
  },
];

/** `{ a: [{ b: 1 }] }` as `{ 'a.0.b': 'number' }`. */
function typesOf(value: unknown, path: readonly string[] = []): [string, string][] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => typesOf(inner, [...path, name]))
    : [[path.join('.'), typeof value]];
}

test.each(PROVIDERS)(
  '$provider gets only fields of $source, and all that are required',
  async ({ create, fields }) => {
    const { sent } = await sendOnce({
      create,
      request: {
        to: '+919876543210',
        body: '493817 is your Acme code',
        receiptUrl: RECEIPT_URL,
        registration: {
          country: 'IN',
          entityId: '1101456324675322134',
          templateId: '1107169175328190001',
          variables: ['493817'],
          parameters: {},
        },
      },
    });
    const types = typesOf(sent);

    const documented = Object.entries(fields).map(([name, type]) => [name, type.replace('*', '')]);
    expect(documented).toEqual(expect.arrayContaining(types));
    const demanded = Object.keys(fields).filter((name) => fields[name]?.endsWith('*'));
    expect(types.map(([name]) => name)).toEqual(expect.arrayContaining(demanded));
  },
);
