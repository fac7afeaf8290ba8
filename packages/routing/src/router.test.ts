import { parsePhoneNumber } from '@sms-gateway/contract';
import type { RouteConfig, RoutingConfig } from '@sms-gateway/config';
import { describe, expect, test } from 'vitest';
import type { RoutedMessage } from './routed-message.ts';
import { createRouter } from './router.ts';

function message(e164: string, rest: Partial<RoutedMessage> = {}): RoutedMessage {
  const number = parsePhoneNumber(e164);
  if (number === undefined) throw new Error(`${e164} is no number`);
  return { id: 'msg_1', number, connection: 'default', messageType: undefined, ...rest };
}

const route = (
  name: string,
  match: Partial<RouteConfig['match']>,
  rest: Partial<RouteConfig> = {},
): RouteConfig => ({
  name,
  match: {
    countries: undefined,
    prefixes: undefined,
    connections: undefined,
    messageTypes: undefined,
    ...match,
  },
  providers: [{ name: 'vonage', weight: undefined }],
  senders: {},
  ...rest,
});

const router = (routes: RouteConfig[], rest: Partial<RoutingConfig> = {}) =>
  createRouter({
    routes,
    connectionRoutes: {},
    defaultProviders: ['twilio', 'http'],
    senderRules: {},
    registrations: {},
    ...rest,
  });

const BERLIN = '+4915112345678';
const SAN_FRANCISCO = '+14155550123';
const GUERNSEY = '+447911123456';

test('if no rule matches, the default order is used, with each provider’s own sender', () => {
  expect(router([route('us', { countries: ['US'] })]).plan(message(BERLIN))).toEqual({
    route: 'default',
    providers: [
      { name: 'twilio', sender: undefined },
      { name: 'http', sender: undefined },
    ],
  });
});

describe('a rule matches', () => {
  test.each<[string, Partial<RouteConfig['match']>, RoutedMessage, boolean]>([
    ['by country', { countries: ['US', 'DE'] }, message(BERLIN), true],
    ['not by another country', { countries: ['US'] }, message(BERLIN), false],
    ['by prefix', { prefixes: ['+1', '+49151'] }, message(BERLIN), true],
    ['not by another prefix', { prefixes: ['+49152'] }, message(BERLIN), false],
    ['by connection', { connections: ['acme'] }, message(BERLIN, { connection: 'acme' }), true],
    ['not by another connection', { connections: ['acme'] }, message(BERLIN), false],
    ['by message type', { messageTypes: ['otp'] }, message(BERLIN, { messageType: 'otp' }), true],
    ['not without a message type', { messageTypes: ['otp'] }, message(BERLIN), false],
    ['always, without a condition', {}, message(BERLIN), true],
    ['only if all conditions do', { countries: ['DE'], connections: ['acme'] }, message(BERLIN), false],
    ['for a territory on the country’s networks', { countries: ['GB'] }, message(GUERNSEY), true],
    ['for the territory alone, where it says so', { countries: ['GG'] }, message(GUERNSEY), true],
    [
      'not for the country, where the territory is meant',
      { countries: ['GG'] },
      message('+447400123456'),
      false,
    ],
    ['not by country for a number that has none', { countries: ['US'] }, message('+882161234567'), false],
  ])('%s', (_title, match, to, fits) => {
    expect(router([route('rule', match)]).plan(to).route).toBe(fits ? 'rule' : 'default');
  });

  test('and the first one that does is used', () => {
    const { plan, passedRules } = router([
      route('other', { connections: ['acme'] }),
      route('mobile', { prefixes: ['+4915'] }),
      route('germany', { countries: ['DE'] }),
    ]).explain(message(BERLIN));

    expect(plan.route).toBe('mobile');
    expect(passedRules).toEqual([{ name: 'other', unmet: 'connections' }]);
  });
});

describe('by weight', () => {
  const weighted = router([
    route(
      'split',
      {},
      {
        providers: [
          { name: 'twilio', weight: 70 },
          { name: 'vonage', weight: 20 },
          { name: 'telnyx', weight: 10 },
        ],
      },
    ),
  ]);
  const orderOf = (id: string) => weighted.plan(message(BERLIN, { id })).providers.map(({ name }) => name);

  test('a message always has the same order', () => {
    expect(orderOf('msg_7')).toEqual(orderOf('msg_7'));
  });

  test('every provider is included, and comes first as often as its weight says', () => {
    const orders = Array.from({ length: 10_000 }, (_, index) => orderOf(`msg_${index}`));
    const share = (name: string, place: number) =>
      orders.filter((order) => order[place] === name).length / orders.length;

    expect(orders.every((order) => new Set(order).size === 3)).toBe(true);
    expect(share('twilio', 0)).toBeCloseTo(0.7, 1);
    expect(share('vonage', 0)).toBeCloseTo(0.2, 1);
    expect(share('telnyx', 0)).toBeCloseTo(0.1, 1);
    // Behind Twilio the other two share by their own weights: 0.7 × 2/3 and so on.
    expect(share('vonage', 1)).toBeCloseTo(0.7 * (2 / 3) + 0.1 * (2 / 9), 1);
  });

  test('the chances are shown', () => {
    expect(weighted.explain(message(BERLIN)).chances).toEqual([
      { name: 'twilio', percent: 70 },
      { name: 'vonage', percent: 20 },
      { name: 'telnyx', percent: 10 },
    ]);
  });
});

describe('of several senders', () => {
  const all = (senders: RouteConfig['senders']) => [
    route(
      'all',
      {},
      {
        providers: [
          { name: 'twilio', weight: undefined },
          { name: 'vonage', weight: undefined },
        ],
        senders,
      },
    ),
  ];

  const routes = all({ twilio: ['Acme', '+14155550100'], vonage: ['Acme'] });

  test('the first is used if the country accepts every kind', () => {
    expect(router(routes).plan(message(BERLIN)).providers).toEqual([
      { name: 'twilio', sender: 'Acme' },
      { name: 'vonage', sender: 'Acme' },
    ]);
  });

  test('the first of an accepted kind is used, and a provider without one is skipped', () => {
    const { plan, withoutSender, senderKinds } = router(routes).explain(message(SAN_FRANCISCO));

    expect(plan.providers).toEqual([{ name: 'twilio', sender: '+14155550100' }]);
    expect(withoutSender).toEqual(['vonage']);
    expect(senderKinds?.source).toContain('aws.amazon.com');
  });

  test('if none is of an accepted kind, the providers use their own sender rather than lose the code', () => {
    const only = all({ twilio: ['Acme'], vonage: ['Acme'] });

    expect(router(only).plan(message(SAN_FRANCISCO)).providers).toEqual([
      { name: 'twilio', sender: undefined },
      { name: 'vonage', sender: undefined },
    ]);
  });

  test('a rule of the operator overrides the table', () => {
    const own = router(routes, { senderRules: { US: ['alphanumeric'], DE: ['long_code'] } });

    expect(own.plan(message(SAN_FRANCISCO)).providers[0]).toEqual({ name: 'twilio', sender: 'Acme' });
    expect(own.plan(message(BERLIN)).providers).toEqual([{ name: 'twilio', sender: '+14155550100' }]);
  });

  test('a messaging service is accepted everywhere, because it chooses the sender', () => {
    const service = `MG${'0'.repeat(32)}`;
    const served = all({ twilio: [service] });

    expect(
      router(served, { senderRules: { US: ['short_code'] } }).plan(message(SAN_FRANCISCO)).providers[0],
    ).toEqual({ name: 'twilio', sender: service });
  });
});

describe('the route that a connection names', () => {
  const routes = [
    route('first', {}),
    route('own', { countries: ['DE'] }, { providers: [{ name: 'http', weight: undefined }] }),
  ];
  const named = router(routes, { connectionRoutes: { acme: 'own' } });

  test.each([
    ['comes before all others', BERLIN, 'acme', 'own'],
    ['leaves what does not fit it to them', SAN_FRANCISCO, 'acme', 'first'],
    ['is nothing to other connections', BERLIN, 'default', 'first'],
  ])('%s', (_title, number, connection, expected) => {
    expect(named.plan(message(number, { connection })).route).toBe(expected);
  });
});
