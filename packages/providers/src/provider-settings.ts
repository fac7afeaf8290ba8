import { settingsIn } from '@sms-gateway/config';
import { baseUrl, positiveNumber, senderId } from '@sms-gateway/config/fields';

/** Declares the settings of one kind of provider, which the worker reads unless it is said otherwise. */
export function providerSettings(kind: string) {
  return settingsIn(kind, ['worker']);
}

/** Read by the ingress too, which verifies receipts with it. */
export const ON_BOTH = ['ingress', 'worker'] as const;

/** What every provider has that calls an API. `env` is the beginning of its variables. */
export function apiSettings(kind: string, env: string, overridden = "the API's base URL") {
  return {
    apiUrl: providerSettings(kind)({
      env: `${env}_API_URL`,
      schema: baseUrl,
      doc: `Overrides ${overridden} (tests, proxies)`,
    }),
    rateLimit: rateLimit(kind, env),
  };
}

/** Messages per second; the worker holds every provider to it that has this setting. */
export function rateLimit(kind: string, env: string) {
  return providerSettings(kind)({
    env: `${env}_RATE_LIMIT`,
    schema: positiveNumber(0.1, 10_000),
    doc: 'Messages per second at most, by all workers together, 0.1 to 10000; unset means no limit',
  });
}

export function senderSetting(kind: string, env: string) {
  return providerSettings(kind)({
    env: `${env}_FROM`,
    schema: senderId,
    doc: 'Sender: a number in E.164, a short code or an alphanumeric sender ID',
  });
}

/** Where an API is: its vendor's, or the one that is configured in its place. */
export function originOf(apiUrl: string | undefined): string {
  return apiUrl === undefined ? 'default' : new URL(apiUrl).origin;
}
