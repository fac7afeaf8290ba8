import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { PlivoConfig, ProviderConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

const PLIVO = ['providers', 'plivo'];

export function plivoConfig(
  settings: Read<ProviderSettings['plivo']>,
  review: Review,
): ProviderConfig | undefined {
  const { authId, authToken, apiUrl } = settings;
  requireSetting(review, [...PLIVO, 'authId'], 'copy it from the overview of the Plivo console');
  requireSetting(review, [...PLIVO, 'authToken'], 'copy it from the overview of the Plivo console');
  const sender = plivoSender(settings, review);
  if (authId === undefined || authToken === undefined || sender === undefined) return undefined;
  return { kind: 'plivo', authId, authToken, sender, apiUrl };
}

function plivoSender(
  { from, powerpackUuid }: Read<ProviderSettings['plivo']>,
  review: Review,
): PlivoConfig['sender'] | undefined {
  const hasPowerpack = review.isGiven([...PLIVO, 'powerpackUuid']);
  const powerpackLabel = review.label([...PLIVO, 'powerpackUuid']);
  if (!hasPowerpack) {
    requireSetting(review, [...PLIVO, 'from'], `set the sender, or ${powerpackLabel} in its place`);
  } else if (review.isGiven([...PLIVO, 'from'])) {
    review.problem([...PLIVO, 'from'], `contradicts ${powerpackLabel}; remove one of them`);
  }
  if (from !== undefined) return { kind: 'from', from };
  return powerpackUuid === undefined ? undefined : { kind: 'powerpack', powerpackUuid };
}
