import { httpConfig } from './providers/http.ts';
import { infobipConfig } from './providers/infobip.ts';
import { plivoConfig } from './providers/plivo.ts';
import { sinchConfig } from './providers/sinch.ts';
import { telnyxConfig } from './providers/telnyx.ts';
import { twilioConfig } from './providers/twilio.ts';
import { vonageConfig } from './providers/vonage.ts';
import type { Read } from './read-settings.ts';
import type { Review } from './review.ts';
import type { ProviderConfig } from './schema.ts';
import type { ProviderSettings } from './settings.ts';
import { didYouMean } from './suggest.ts';

const PROVIDER_NAMES = [
  'console',
  'http',
  'infobip',
  'plivo',
  'sinch',
  'telnyx',
  'twilio',
  'vonage',
] as const;
type ProviderName = (typeof PROVIDER_NAMES)[number];

const ORDER = ['providers', 'order'];

/** The providers in failover order, without those a problem was reported of. */
export function providerConfigs(settings: Read<ProviderSettings>, review: Review): ProviderConfig[] {
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
  return [...new Set(order)]
    .filter(isProviderName)
    .map((name) => {
      switch (name) {
        case 'console':
          return { kind: 'console' } as const;
        case 'http':
          return httpConfig(settings.http ?? {}, review);
        case 'infobip':
          return infobipConfig(settings.infobip ?? {}, review);
        case 'plivo':
          return plivoConfig(settings.plivo ?? {}, review);
        case 'sinch':
          return sinchConfig(settings.sinch ?? {}, review);
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

function isProviderName(name: string): name is ProviderName {
  return PROVIDER_NAMES.some((known) => known === name);
}
