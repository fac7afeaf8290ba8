import { awsConfig } from './providers/aws.ts';
import { httpConfig } from './providers/http.ts';
import { infobipConfig } from './providers/infobip.ts';
import { plivoConfig } from './providers/plivo.ts';
import { sinchConfig } from './providers/sinch.ts';
import { smppConfig } from './providers/smpp.ts';
import { telnyxConfig } from './providers/telnyx.ts';
import { twilioConfig } from './providers/twilio.ts';
import { vonageConfig } from './providers/vonage.ts';
import type { Read } from './read-settings.ts';
import type { Review } from './review.ts';
import type { ProviderConfig, ProviderName, RoutingConfig } from './schema.ts';
import type { ProviderSettings } from './settings.ts';
import { didYouMean } from './suggest.ts';

export const PROVIDER_NAMES = [
  'aws',
  'console',
  'http',
  'infobip',
  'plivo',
  'simulator',
  'sinch',
  'smpp',
  'telnyx',
  'twilio',
  'vonage',
] as const satisfies ProviderName[];

const ORDER = ['providers', 'order'];

/** The default failover order, as far as it can be read. */
export function providerOrder(settings: Read<ProviderSettings>, review: Review): ProviderName[] {
  if (!review.isGiven(ORDER)) {
    review.problem(
      ORDER,
      'not set; name the providers in failover order, such as twilio,http (console only prints, to try things out)',
    );
  }
  const order = settings.order ?? [];
  for (const [index, name] of order.entries()) {
    if (!isProviderName(name)) {
      const hint = didYouMean(name, PROVIDER_NAMES);
      review.problem([...ORDER, index], `must be one of ${PROVIDER_NAMES.join(', ')}${hint}`);
    } else if (order.indexOf(name) !== index) {
      review.problem([...ORDER, index], `names ${name} a second time`);
    }
  }
  return [...new Set(order)].filter(isProviderName);
}

/** The configurations of every provider that is named, without those a problem was reported of. */
export function providerConfigs(
  { defaultProviders, routes }: RoutingConfig,
  settings: Read<ProviderSettings>,
  { review, isProduction }: { review: Review; isProduction: boolean },
): ProviderConfig[] {
  const orders = [
    { path: ORDER, names: defaultProviders },
    ...routes.map(({ name: route, providers }) => ({
      path: ['routes', route, 'providers'],
      names: providers.map(({ name }) => name),
    })),
  ];
  const namedAt = (name: ProviderName) =>
    orders.filter(({ names }) => names.includes(name)).map(({ path }) => path);
  return [...new Set(orders.flatMap(({ names }) => names))]
    .map((name) => {
      switch (name) {
        case 'console':
          return { kind: 'console' } as const;
        case 'simulator':
          if (!isProduction) return { kind: 'simulator' } as const;
          for (const path of namedAt('simulator')) {
            review.problem(
              path,
              'must not name simulator where NODE_ENV is production: it sends nothing; remove it, or unset NODE_ENV',
            );
          }
          return undefined;
        case 'aws':
          return awsConfig(settings.aws ?? {}, review);
        case 'http':
          return httpConfig(settings.http ?? {}, review);
        case 'infobip':
          return infobipConfig(settings.infobip ?? {}, review);
        case 'plivo':
          return plivoConfig(settings.plivo ?? {}, review);
        case 'sinch':
          return sinchConfig(settings.sinch ?? {}, review);
        case 'smpp':
          return smppConfig(settings.smpp ?? {}, review);
        case 'telnyx':
          return telnyxConfig(settings.telnyx ?? {}, review);
        case 'twilio':
          return twilioConfig(settings.twilio ?? {}, review);
        case 'vonage':
          return vonageConfig(settings.vonage ?? {}, review);
      }
    })
    .filter((provider) => provider !== undefined);
}

/** Messages per second, of the providers that have a limit. */
export function rateLimits(settings: Read<ProviderSettings>): Partial<Record<ProviderName, number>> {
  return Object.fromEntries(
    PROVIDER_NAMES.flatMap((name) => {
      const limit = name === 'console' || name === 'simulator' ? undefined : settings[name]?.rateLimit;
      return limit === undefined ? [] : [[name, limit]];
    }),
  );
}

export function isProviderName(name: string): name is ProviderName {
  return PROVIDER_NAMES.some((known) => known === name);
}
