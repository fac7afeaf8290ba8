/** Each region has a host of its own (developers.sinch.com, SMS, Base URL). */
export const SINCH_REGIONS = ['us', 'eu', 'au', 'br', 'ca'] as const;

export type SinchRegion = (typeof SINCH_REGIONS)[number];

export function sinchApiUrl(region: SinchRegion): string {
  return `https://${region}.sms.api.sinch.com`;
}
