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
 * Countries where codes of some kinds of sender do not arrive: by ISO 3166-1 code, with who says so (read in November
 * 2026). A country whose carriers put a sender of their own in place of any other (as docs.mapp.com/docs/colombia.md
 * says of Colombia, and its neighbours of Chile, China, Mexico, Paraguay and Uruguay) is not among them, since the
 * code gets there. Only what a source says is in here; a country that is missing is taken to allow every kind.
 * Whether an ID must be registered first is between the account and its provider, and not in here.
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
