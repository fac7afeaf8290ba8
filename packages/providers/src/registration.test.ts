import type { Registration } from '@sms-gateway/contract';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sendOnce } from '../../../test/support/send-once.ts';
import { createAwsProvider } from './aws/aws.ts';
import { createInfobipProvider } from './infobip/infobip.ts';
import { createPlivoProvider } from './plivo/plivo.ts';
import type { Provider } from './provider.ts';
import { createSinchProvider } from './sinch/sinch.ts';
import { createTelnyxProvider } from './telnyx/telnyx.ts';
import { createTwilioProvider } from './twilio/twilio.ts';
import { createVonageProvider } from './vonage/vonage.ts';

const ENTITY = '1101456324675322134';
const TEXT = '493817 is your Acme code';
const TEMPLATE = '1107169175328190001';
const INDIA: Registration = {
  country: 'IN',
  entityId: ENTITY,
  templateId: TEMPLATE,
  variables: ['493817'],
  parameters: {},
};

const create: Record<string, (url: string) => Provider> = {
  aws: (apiUrl) =>
    createAwsProvider({
      region: 'ap-south-1',
      apiUrl,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's' },
    }),
  infobip: (baseUrl) => createInfobipProvider({ baseUrl, apiKey: 'k', from: 'ACMEIN' }),
  plivo: (apiUrl) =>
    createPlivoProvider({ authId: 'MA1', authToken: 't', sender: { from: 'ACMEIN' }, apiUrl }),
  sinch: (apiUrl) =>
    createSinchProvider({ servicePlanId: 'p', apiToken: 't', region: 'us', from: 'ACMEIN', apiUrl }),
  telnyx: (apiUrl) => createTelnyxProvider({ apiKey: 'k', sender: { from: 'ACMEIN' }, apiUrl }),
  twilio: (apiUrl) =>
    createTwilioProvider({
      accountSid: 'AC1',
      credentials: { authToken: 't' },
      sender: { from: 'ACMEIN' },
      apiUrl,
    }),
  vonage: (apiUrl) => createVonageProvider({ apiKey: 'k', apiSecret: 's', from: 'ACMEIN', apiUrl }),
};

async function bodyOf(name: string, registration: Registration | undefined): Promise<unknown> {
  vi.spyOn(console, 'warn').mockReturnValue();
  onTestFinished(() => void vi.restoreAllMocks());
  const { sent } = await sendOnce({
    create: (url) => (create[name] ?? expect.fail(name))(url),
    request: { to: '+919876543210', body: TEXT, registration },
  });
  return sent;
}

test.each<[string, object]>([
  // docs.aws.amazon.com, SendTextMessage
  ['aws', { DestinationCountryParameters: { IN_ENTITY_ID: ENTITY, IN_TEMPLATE_ID: TEMPLATE } }],
  [
    // infobip.com/docs/api/channels/sms, Send SMS messages
    'infobip',
    {
      messages: [
        {
          options: { regional: { indiaDlt: { principalEntityId: ENTITY, contentTemplateId: TEMPLATE } } },
        },
      ],
    },
  ],
  ['plivo', { dlt_entity_id: ENTITY, dlt_template_id: TEMPLATE }],
  ['vonage', { 'entity-id': ENTITY, 'content-id': TEMPLATE }],
])("%s gets India's entity and template ids", async (name, fields) => {
  expect(await bodyOf(name, INDIA)).toMatchObject(fields);
  expect(JSON.stringify(await bodyOf(name, undefined))).not.toMatch(/ntity|dlt|DLT|emplate|regional/);
});

const OTHERS = { to: '+910000000000', dst: '1', text: 'x', body: 'x' };

test.each<[string, Record<string, unknown>, object]>([
  ['aws', { XX_ID: 7 }, { DestinationCountryParameters: { XX_ID: '7' }, MessageBody: TEXT }],
  [
    'infobip',
    { turkeyIys: { brandCode: 123, recipientType: 'BIREYSEL' } },
    { messages: [{ content: { text: TEXT }, options: { regional: { turkeyIys: { brandCode: 123 } } } }] },
  ],
  [
    'plivo',
    { dlt_template_category: 'service_implicit', ...OTHERS },
    { dlt_template_category: 'service_implicit', dst: '919876543210', text: TEXT },
  ],
  ['sinch', { campaign_id: 'c1', ...OTHERS }, { campaign_id: 'c1', to: ['+919876543210'], body: TEXT }],
  ['telnyx', { tags: ['x'], ...OTHERS }, { tags: ['x'], to: '+919876543210', text: TEXT }],
  ['twilio', { riskCheck: 'disable', ...OTHERS }, { RiskCheck: 'disable', To: '+919876543210', Body: TEXT }],
  ['vonage', { 'message-class': 1, ...OTHERS }, { 'message-class': '1', to: '919876543210', text: TEXT }],
])(
  '%s gets fields of its own API, which replace no field of the message',
  async (name, parameters, expected) => {
    const registration = { ...INDIA, country: 'TR', entityId: undefined, templateId: undefined, parameters };

    expect(await bodyOf(name, registration)).toMatchObject(expected);
  },
);

test("infobip gets a telemarketer's id with India's other ids", async () => {
  const parameters = { indiaDlt: { telemarketerId: '1302157225275643280', principalEntityId: 'x' } };

  expect(await bodyOf('infobip', { ...INDIA, parameters })).toMatchObject({
    messages: [
      {
        options: {
          regional: {
            indiaDlt: {
              telemarketerId: '1302157225275643280',
              principalEntityId: ENTITY,
              contentTemplateId: TEMPLATE,
            },
          },
        },
      },
    ],
  });
});

test('twilio sends a content template, filled with the variable parts of the text', async () => {
  const contentSid = `HX${'0b'.repeat(16)}`;

  expect(await bodyOf('twilio', { ...INDIA, parameters: { contentSid } })).toMatchObject({
    ContentSid: contentSid,
    ContentVariables: '{"1":"493817"}',
    To: '+919876543210',
    From: 'ACMEIN',
  });
});

test('twilio sends the text if a content template would be sent without its code', async () => {
  const parameters = { contentSid: `HX${'0b'.repeat(16)}` };

  const body = await bodyOf('twilio', { ...INDIA, variables: [], parameters });

  expect(body).toMatchObject({ Body: TEXT });
  expect(body).not.toHaveProperty('ContentSid');
});
