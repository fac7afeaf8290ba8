import type { RegistrationConfig } from '@sms-gateway/config';
import { parsePhoneNumber } from '@sms-gateway/contract';
import { describe, expect, test } from 'vitest';
import { createRouter } from './router.ts';

const template = (rest: Partial<RegistrationConfig['templates'][number]>) => ({
  id: undefined,
  messageTypes: undefined,
  text: undefined,
  parameters: {},
  ...rest,
});

const INDIA: RegistrationConfig = {
  header: 'ACMEIN',
  entityId: '1101',
  templates: [
    template({ id: 'enroll', messageTypes: ['otp_enroll'], text: '{#var#} enrols you at Acme' }),
    template({
      id: 'login',
      text: '{#var#} is your Acme code for {#var#}.',
      parameters: { twilio: { contentSid: 'HX1' } },
    }),
    template({ id: 'breach', messageTypes: ['password_breach'] }),
  ],
  parameters: { twilio: { riskCheck: 'disable' }, 'twilio:in': { riskCheck: 'enable' } },
};

function plan(
  text: string | undefined,
  { to = '+919876543210', messageType = undefined as string | undefined } = {},
) {
  const number = parsePhoneNumber(to);
  if (number === undefined) throw new Error(`${to} is no number`);
  const router = createRouter({
    routes: [],
    connectionRoutes: {},
    defaultProviders: ['twilio', 'twilio:in', 'http'],
    senderRules: {},
    registrations: { IN: INDIA },
  });
  return router.plan({ id: 'msg_1', number, connection: 'default', messageType, text });
}

const templateOf = (...args: Parameters<typeof plan>) => plan(...args).providers[0]?.registration?.templateId;

describe('the registration of a country', () => {
  test('is sent with messages to the country only, with the registered header as sender', () => {
    expect(plan('493817 is your Acme code for web.').providers[0]).toMatchObject({
      name: 'twilio',
      sender: 'ACMEIN',
      registration: {
        country: 'IN',
        entityId: '1101',
        templateId: 'login',
        variables: ['493817', 'web'],
        parameters: { riskCheck: 'disable', contentSid: 'HX1' },
      },
    });
    expect(plan('493817 is your Acme code for web.', { to: '+4915112345678' }).providers[0]).toEqual({
      name: 'twilio',
      sender: undefined,
    });
  });

  test('has fields for a kind of provider, and for one instance', () => {
    const [, instance, http] = plan('493817 is your Acme code for web.').providers;

    expect(instance?.registration?.parameters).toEqual({ riskCheck: 'enable', contentSid: 'HX1' });
    expect(http?.registration?.parameters).toEqual({});
  });

  test('chooses the first template whose message type and text match', () => {
    expect(templateOf('493817 enrols you at Acme', { messageType: 'otp_enroll' })).toBe('enroll');
    expect(templateOf('493817 enrols you at Acme')).toBeUndefined();
    expect(templateOf('anything', { messageType: 'password_breach' })).toBe('breach');
    expect(templateOf('4 9 3 is your Acme code for the web, today.')).toBe('login');
  });

  test.each([
    'your Acme code is 493817',
    '493817 is your Acme code for web',
    `${'1'.repeat(41)} is your Acme code for web.`,
  ])('reports that %j matches no template', (text) => {
    expect(plan(text)).toMatchObject({
      isTemplateMissing: true,
      providers: [{ registration: { templateId: undefined } }, {}, {}],
    });
  });

  test('is explained without a text', () => {
    expect(plan(undefined).isTemplateMissing).toBeUndefined();
  });
});
