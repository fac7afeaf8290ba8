import { z } from 'zod';
import { country, list, senderId, text, token } from '../fields.ts';

/** Fields of a provider's API, by the provider's name. */
const parameters = z.record(
  z.string(),
  z.record(z.string(), z.unknown(), 'must be a map of the fields of its API (name: value)'),
);

const templateName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
    'is not a valid template name: letters, digits, - and _, at most 64, beginning with a letter',
  );

/** What each country's operators require with a message, by ISO 3166 code. */
export const registrationsSchema = z.record(
  z
    .string()
    .regex(/^[A-Z]{2}$/, {
      error: 'must be an ISO 3166 country code of two capital letters, such as IN',
      abort: true,
    })
    .pipe(country),
  z.strictObject({
    header: senderId,
    entityId: token,
    templates: z.record(
      templateName,
      z.strictObject({ id: token, messageTypes: list(z.string()), text, parameters }),
    ),
    parameters,
  }),
);
