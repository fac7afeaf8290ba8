import { parsePhoneNumber } from '@sms-gateway/contract';
import type { RouteConfig, RoutingConfig } from '@sms-gateway/config';
import { describe, expect, test } from 'vitest';
import type { RoutedMessage } from './routed-message.ts';
import { createRouter } from './router.ts';

function message(e164: string): RoutedMessage {
  const number = parsePhoneNumber(e164);
  if (number === undefined) throw new Error(`${e164} is no number`);
  return { id: 'msg_1', number, connection: 'default', messageType: undefined };
}

function setup(senders: RouteConfig['senders'], senderRules: RoutingConfig['senderRules'] = {}) {
  const everything = {
    countries: undefined,
    prefixes: undefined,
    connections: undefined,
    messageTypes: undefined,
  };
  const providers: RouteConfig['providers'] = [
    { name: 'twilio', weight: undefined },
    { name: 'vonage', weight: undefined },
  ];
  return createRouter({
    connectionRoutes: {},
    routes: [{ name: 'all', match: everything, providers, senders }],
    defaultProviders: ['console'],
    senderRules,
    registrations: {},
  });
}

const US = '+14155550123';
const RIYADH = '+966512345678';
const GUERNSEY = '+447911123456';
const UNPLACED_BRITISH = '+447911923456';

test('shows the sender of each provider, and the senders before it that the country does not accept', () => {
  const { considered } = setup({ twilio: ['Acme', '72975'] }).explain(message(US), {
    vonage: '+14155550100',
  });

  expect(considered).toEqual([
    {
      name: 'twilio',
      isUsed: true,
      sender: { id: '72975', kind: 'short_code' },
      senderFrom: 'rule',
      isTaken: true,
      untaken: [{ id: 'Acme', kind: 'alphanumeric' }],
    },
    {
      name: 'vonage',
      isUsed: true,
      sender: { id: '+14155550100', kind: 'long_code' },
      senderFrom: 'provider',
      isTaken: true,
      untaken: [],
    },
  ]);
});

test('shows why a provider is skipped', () => {
  const { plan, considered } = setup({ vonage: ['Acme', 'Acme24'] }).explain(message(US));

  expect(plan.providers).toEqual([{ name: 'twilio', sender: undefined }]);
  expect(considered[1]).toMatchObject({
    name: 'vonage',
    isUsed: false,
    untaken: [
      { id: 'Acme', kind: 'alphanumeric' },
      { id: 'Acme24', kind: 'alphanumeric' },
    ],
  });
});

test('a country that accepts only names gets the name, not the number', () => {
  const { providers } = setup({ twilio: ['+14155550100', 'Acme'] }).plan(message(RIYADH));

  expect(providers[0]).toEqual({ name: 'twilio', sender: 'Acme' });
});

describe('a provider’s own sender', () => {
  test('is used by the plan, but reported as not accepted', () => {
    const { plan, considered } = setup({}).explain(message(US), { twilio: 'Acme' });

    expect(plan.providers).toEqual([
      { name: 'twilio', sender: undefined },
      { name: 'vonage', sender: undefined },
    ]);
    expect(considered.map(({ isTaken, isUsed }) => ({ isTaken, isUsed }))).toEqual([
      { isTaken: false, isUsed: true },
      { isTaken: true, isUsed: true },
    ]);
  });

  test('never changes the plan', () => {
    const router = setup({ twilio: ['Acme'] });

    expect(router.explain(message(US), { twilio: '+14155550100', vonage: 'Acme' }).plan).toEqual(
      router.plan(message(US)),
    );
  });
});

describe('the sender rules of a country', () => {
  const senders = { twilio: ['Acme', '+447400123456'] };
  const senderOf = (router: ReturnType<typeof setup>, e164: string) =>
    router.plan(message(e164)).providers[0]?.sender;

  test.each([GUERNSEY, UNPLACED_BRITISH])('hold for %s, which shares its calling code', (e164) => {
    expect(senderOf(setup(senders), e164)).toBe('Acme');
    expect(senderOf(setup(senders, { GB: ['long_code'] }), e164)).toBe('+447400123456');
  });

  test('are overridden by those of the territory', () => {
    expect(senderOf(setup(senders, { GB: ['long_code'], GG: ['alphanumeric'] }), GUERNSEY)).toBe('Acme');
  });
});
