import { randomUUID } from 'node:crypto';

type Message = {
  recipient: string;
  text: string;
  code: string;
  secrets: Record<string, string>;
};

/** The event that Auth0 passes to a custom phone provider Action, with every field that it documents as always present. */
export function phoneProviderEvent({ recipient, text, code, secrets }: Message) {
  return {
    notification: {
      as_text: text,
      as_voice: text,
      code,
      delivery_method: 'text',
      from: '+14155550100',
      locale: 'en-US',
      message_type: 'otp_verify',
      recipient,
    },
    ...transactionOf(secrets),
  };
}

/** The event of the MFA trigger `send-phone-message`, version v2. */
export function sendPhoneMessageEvent({ recipient, text, code, secrets }: Message) {
  return {
    message_options: {
      action: 'second-factor-authentication',
      code,
      message_type: 'sms',
      recipient,
      text,
    },
    ...transactionOf(secrets),
  };
}

function transactionOf(secrets: Record<string, string>) {
  return {
    client: { client_id: 'application-under-test', metadata: {}, name: 'Application' },
    connection: { id: 'con_0000000000000000', name: 'sms', strategy: 'sms', metadata: {} },
    request: {
      geoip: { countryCode: 'US' },
      ip: '203.0.113.7',
      method: 'POST',
      language: 'en',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    },
    tenant: { id: 'example-tenant' },
    transaction: { correlation_id: randomUUID() },
    user: { user_id: 'sms|0', user_metadata: {}, app_metadata: {} },
    configuration: {},
    secrets,
  };
}
