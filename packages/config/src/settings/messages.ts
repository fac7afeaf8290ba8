import { choice, country, duration, list, numberPrefix } from '../fields.ts';
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

const messageTtl = { schema: duration('1s', '1h'), doc: 'How long a code is worth sending, 1s to 1h' };
const repeatWindow = {
  schema: duration('1s', '15m'),
  doc: 'For so long after its acceptance the same message without an Idempotency-Key is taken for the transport’s repeat, unless it has failed, expired or was reported undelivered, 1s to 15m',
};
const allowedCountries = { schema: list(country), doc: 'ISO 3166 codes of the countries to send to' };
const defaultCountry = { schema: country, doc: 'ISO 3166 code for recipients written without +' };

const destinations = {
  allowedPrefixes: setting({
    schema: list(numberPrefix),
    doc: 'Beginnings of numbers to send to, beside the allowed countries',
  }),
  deniedCountries: setting({ schema: listOrOff(country), doc: 'Countries to send nothing to' }),
  deniedPrefixes: setting({
    schema: listOrOff(numberPrefix),
    doc: 'Beginnings of numbers to send nothing to; see screening.md for the default',
  }),
  deniedNumberTypes: setting({
    schema: listOrOff(numberType),
    doc: 'Types of number to send nothing to; see screening.md for the default',
  }),
};

/** For every connection that does not say otherwise. */
export const messageSettings = {
  messageTtl: setting({
    ...messageTtl,
    env: 'MESSAGE_TTL',
    default: '180s',
    doc: 'How long a code is worth sending, from acceptance, 1s to 1h',
  }),
  repeatWindow: setting({ ...repeatWindow, env: 'REPEAT_WINDOW', default: '10s' }),
  screening: setting({
    env: 'SCREENING',
    schema: choice(['on', 'record', 'off']),
    default: 'on',
    doc: 'Limits and destination rules: on, record (count only) or off',
  }),
  allowedCountries: setting({
    ...allowedCountries,
    env: 'ALLOWED_COUNTRIES',
    doc: 'ISO 3166 codes, comma-separated; unset means all, with a warning at start. Countries of one calling code are listed one by one: US,CA leaves out Puerto Rico (PR), Jamaica (JM) and the others of +1',
    example: 'US,CA,GB',
  }),
  ...destinations,
  defaultCountry: setting({ ...defaultCountry, env: 'DEFAULT_COUNTRY', example: 'US' }),
  limits: setting({ schema: sharedLimitsSchema, doc: 'Limits on messages; see screening.md' }),
  guard: setting({ schema: guardSchema, doc: 'Guard against pumping; see screening.md' }),
  spend: setting({
    schema: spendSchema,
    doc: 'Caps on spending, all connections together; see screening.md',
  }),
  prices: setting({ schema: pricesSchema, doc: 'Prices of a segment; see screening.md' }),
};

/** What one connection says otherwise. */
export const connectionMessageSettings = {
  messageTtl: setting(messageTtl),
  repeatWindow: setting(repeatWindow),
  allowedCountries: setting(allowedCountries),
  ...destinations,
  defaultCountry: setting(defaultCountry),
  limits: setting({ schema: limitsSchema, doc: 'Its own limits on messages' }),
  guard: setting({ schema: guardSchema, doc: 'Its own guard against pumping' }),
  spend: setting({ schema: spendSchema, doc: 'Its own caps on spending' }),
};
