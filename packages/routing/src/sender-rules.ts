import type { SenderKind } from '@sms-gateway/config';

export type SenderRule = { kinds: SenderKind[]; source: string };

const AWS = 'docs.aws.amazon.com/end-user-messaging/latest/userguide/nx-supported-countries';

const taking =
  (...kinds: SenderKind[]) =>
  (source: string, countries: string[]): [string, SenderRule][] =>
    countries.map((country) => [country, { kinds, source }]);

const numbers = taking('long_code', 'short_code', 'messaging_service');
const names = taking('alphanumeric', 'messaging_service');

/**
 * Countries where codes from some kinds of sender do not arrive, by ISO 3166-1 code, with the source (read in November 2026).
 * Countries whose carriers replace any sender with their own are not listed, because the code arrives
 * (docs.mapp.com/docs/colombia.md for Colombia, and its sibling pages for Chile, China, Mexico, Paraguay and Uruguay). Only
 * countries with a source are listed; a missing country counts as accepting every kind. Whether an ID must be registered
 * first depends on the account and provider.
 */
export const SENDER_RULES: Readonly<Record<string, SenderRule>> = Object.fromEntries([
  ...numbers('docs.aws.amazon.com/sms-voice/latest/userguide/sender-id.html', ['CA', 'US']),
  ...numbers('developers.telnyx.com/docs/messaging/messages/alphanumeric-sender-id', ['PR']),
  ...numbers(`${AWS}-north-america.html`, ['CR', 'DO', 'KY']),
  ...numbers(`${AWS}-south-america.html`, ['BR', 'EC', 'PE', 'VE']),
  ...names('docs.mapp.com/docs/jordan.md', ['JO']),
  ...names('docs.mapp.com/docs/ksa.md', ['SA']),
  ...names('docs.mapp.com/docs/kuwait.md', ['KW']),
  ...names('docs.mapp.com/docs/qatar.md', ['QA']),
]);
