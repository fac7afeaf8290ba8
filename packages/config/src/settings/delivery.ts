import { choice, wholeNumber } from '../fields.ts';
import { settingsIn } from '../setting.ts';
import { registrationsSchema } from './registrations.ts';
import { routesSchema, senderRulesSchema } from './routes.ts';

const setting = settingsIn('Delivery', ['worker']);

export const deliverySettings = {
  concurrency: setting({
    env: 'CONCURRENCY',
    schema: wholeNumber(1, 1000),
    default: '100',
    doc: 'Messages that a worker processes at once, 1 to 1000',
  }),
  onUnknown: setting({
    env: 'ON_UNKNOWN',
    schema: choice(['resend', 'give_up']),
    default: 'resend',
    doc: 'What follows an attempt with an unknown outcome: resend or give_up',
  }),
  smartCharacters: setting({
    env: 'SMART_CHARACTERS',
    schema: choice(['keep', 'replace']),
    default: 'keep',
    doc: 'Curly quotes, dashes and similar, which make a text cost more: keep, or replace with plain ones',
  }),
  routes: setting({
    schema: routesSchema,
    doc: 'Routes by name; the first one that matches a message gives its providers and senders',
  }),
  senderRules: setting({
    schema: senderRulesSchema,
    doc: "Kinds of sender that a country's carriers accept, by ISO 3166 code; replaces the gateway's own table",
  }),
  registrations: setting({
    schema: registrationsSchema,
    doc: 'What the operators of a country require with a message, by ISO 3166 code: header, entity and template ids of India, fields of a provider; see providers.md',
  }),
};
