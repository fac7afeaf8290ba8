import { blockedDestination, choice, country, duration, list, numberPrefix } from '../fields.ts';
import { settingsIn } from '../setting.ts';
import {
  guardSchema,
  limitsSchema,
  listOrOff,
  numberType,
  pricesSchema,
  sharedLimitsSchema,
  spendSchema,
} from './screening-schemas.ts';

const setting = settingsIn('Messages', ['ingress']);

const messageTtl = { schema: duration('1s', '1h'), doc: 'Lifetime of a message, 1s to 1h' };
const repeatWindow = {
  schema: duration('1s', '15m'),
  doc: 'How long after acceptance the same message without an Idempotency-Key counts as a repeat, unless the first one failed, expired or was reported undelivered, 1s to 15m',
};
const allowedCountries = { schema: list(country), doc: 'ISO 3166 codes of the countries to send to' };
const defaultCountry = { schema: country, doc: 'ISO 3166 code of the country for recipients without +' };

const destinations = {
  allowedPrefixes: setting({
    schema: list(numberPrefix),
    doc: 'Number prefixes to send to, in addition to the allowed countries',
  }),
  deniedCountries: setting({ schema: listOrOff(country), doc: 'Countries to send nothing to' }),
  deniedPrefixes: setting({
    schema: listOrOff(numberPrefix),
    doc: 'Number prefixes to send nothing to; see screening.md for the default',
  }),
  deniedNumberTypes: setting({
    schema: listOrOff(numberType),
    doc: 'Number types to send nothing to; see screening.md for the default',
  }),
};

/** The defaults of all connections. */
export const messageSettings = {
  messageTtl: setting({
    ...messageTtl,
    env: 'MESSAGE_TTL',
    default: '180s',
    doc: 'Lifetime of a message, from acceptance, 1s to 1h',
  }),
  repeatWindow: setting({ ...repeatWindow, env: 'REPEAT_WINDOW', default: '10s' }),
  screening: setting({
    env: 'SCREENING',
    schema: choice(['on', 'record', 'off']),
    default: 'on',
    doc: 'Limits and destination rules: on, record (count only) or off',
  }),
  blockedDestinations: setting({
    env: 'BLOCKED_DESTINATIONS',
    services: ['ingress', 'worker'],
    schema: list(blockedDestination),
    doc: 'Destinations that are blocked independently of Redis, comma-separated: prefixes of up to 7 digits, ISO 3166 codes, or all',
    example: '+88,BD',
  }),
  allowedCountries: setting({
    ...allowedCountries,
    env: 'ALLOWED_COUNTRIES',
    doc: 'ISO 3166 codes, comma-separated; unset means all, with a warning at start. Countries that share a calling code are listed one by one: US,CA excludes Puerto Rico (PR), Jamaica (JM) and the others of +1',
    example: 'US,CA,GB',
  }),
  ...destinations,
  defaultCountry: setting({ ...defaultCountry, env: 'DEFAULT_COUNTRY', example: 'US' }),
  limits: setting({ schema: sharedLimitsSchema, doc: 'Limits on messages; see screening.md' }),
  guard: setting({ schema: guardSchema, doc: 'Guard against SMS pumping; see screening.md' }),
  spend: setting({
    schema: spendSchema,
    doc: 'Spend caps across all connections; see screening.md',
  }),
  prices: setting({ schema: pricesSchema, doc: 'Price per segment; see screening.md' }),
};

/** What a connection may override. */
export const connectionMessageSettings = {
  messageTtl: setting(messageTtl),
  repeatWindow: setting(repeatWindow),
  allowedCountries: setting(allowedCountries),
  ...destinations,
  defaultCountry: setting(defaultCountry),
  limits: setting({ schema: limitsSchema, doc: 'Limits of this connection' }),
  guard: setting({ schema: guardSchema, doc: 'Guard settings of this connection' }),
  spend: setting({ schema: spendSchema, doc: 'Spend caps of this connection' }),
};
