import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

const INFOBIP = ['providers', 'infobip'];

export function infobipConfig(
  { baseUrl, apiKey, from }: Read<ProviderSettings['infobip']>,
  review: Review,
): ProviderConfig | undefined {
  requireSetting(
    review,
    [...INFOBIP, 'baseUrl'],
    'copy it from the Infobip portal and put https:// in front (https://xxxxx.api.infobip.com)',
  );
  requireSetting(review, [...INFOBIP, 'apiKey'], 'make one in the Infobip portal, under API keys');
  requireSetting(review, [...INFOBIP, 'from'], 'set the sender: a number of the account or a sender ID');
  if (baseUrl === undefined || apiKey === undefined || from === undefined) return undefined;
  return { kind: 'infobip', baseUrl, apiKey, from };
}
