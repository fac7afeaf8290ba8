import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

const SMPP = ['providers', 'smpp'];

export function smppConfig(
  { url, systemId, password, systemType = '', from, windowSize }: Read<ProviderSettings['smpp']>,
  review: Review,
): ProviderConfig | undefined {
  requireSetting(review, [...SMPP, 'url'], 'set the address of the SMSC, as in smpp://smsc.example.com:2775');
  requireSetting(review, [...SMPP, 'systemId'], 'the operator of the SMSC gives it');
  requireSetting(review, [...SMPP, 'password'], 'the operator of the SMSC gives it');
  requireSetting(review, [...SMPP, 'from'], 'set the sender: a number, a short code or a sender ID');
  const { host, port, tls } = url ?? {};
  if (host === undefined || port === undefined || tls === undefined) return undefined;
  if (systemId === undefined || password === undefined) return undefined;
  if (from === undefined || windowSize === undefined) return undefined;
  return { kind: 'smpp', host, port, tls, systemId, password, systemType, from, windowSize };
}
