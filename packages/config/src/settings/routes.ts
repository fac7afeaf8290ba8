import { z } from 'zod';
import { choice, country, list, numberPrefix } from '../fields.ts';
import { SENDER_KINDS } from '../config.ts';

const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,63}$/,
    'is not a valid route name: lower-case letters, digits, - and _, at most 64, beginning with a letter',
  );

/** A list in order of preference, or a map of weights. */
const routeProviders = z.unknown().transform((value, context): Record<string, number | undefined> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const weights = Object.entries(value);
    if (weights.length > 0 && weights.every(([, weight]) => Number.isFinite(weight) && weight > 0)) {
      return Object.fromEntries(weights);
    }
    context.addIssue('must give each provider a weight above 0, as in { twilio: 70, vonage: 30 }');
    return z.NEVER;
  }
  const names = z.safeParse(list(z.string()), value);
  if (!names.success) {
    context.addIssue('must be a list of providers, such as [twilio, vonage], or a map of their weights');
    return z.NEVER;
  }
  const repeated = names.data.findIndex((provider, index) => names.data.indexOf(provider) !== index);
  if (repeated !== -1) {
    context.addIssue({ code: 'custom', path: [repeated], message: 'names a provider twice' });
    return z.NEVER;
  }
  return Object.fromEntries(names.data.map((provider) => [provider, undefined]));
});

/** By name; the first one in the file that matches a message is used. */
export const routesSchema = z.record(
  name,
  z.strictObject({
    countries: list(country),
    prefixes: list(numberPrefix),
    connections: list(z.string()),
    messageTypes: list(z.string()),
    providers: routeProviders,
    senders: z.record(z.string(), list(z.string())),
  }),
);

export const senderRulesSchema = z.record(
  z
    .string()
    .regex(/^[A-Z]{2}$/, {
      error: 'must be an ISO 3166 country code of two capital letters, such as US',
      abort: true,
    })
    .pipe(country),
  list(choice(SENDER_KINDS)),
);
