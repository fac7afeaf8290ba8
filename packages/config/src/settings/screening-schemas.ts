import { NUMBER_TYPES } from '@sms-gateway/contract';
import { z } from 'zod';
import { choice, country, duration, list, numberPrefix, positiveNumber, wholeNumber } from '../fields.ts';

const messages = z.union([z.literal('off'), wholeNumber(1, 1_000_000_000)], {
  error: 'must be a whole number of messages from 1, or off',
});
const windows = { minute: messages, tenMinutes: messages, hour: messages, day: messages };

/** Limits of one connection. */
export const limitsSchema = z.strictObject({
  recipient: z.strictObject({
    cooldown: z.union([z.literal('off'), duration('1s', '1h')], {
      error: 'must be a duration from 1s to 1h, or off',
    }),
    ...windows,
  }),
  recipientIp: z.strictObject(windows),
  ip: z.strictObject(windows),
  prefix: z.strictObject(windows),
  country: z.strictObject(windows),
  connection: z.strictObject(windows),
});

export const sharedLimitsSchema = limitsSchema.extend({ overall: z.strictObject(windows) });

/** A list, or `off` for an empty one. */
export function listOrOff<Output>(entry: z.ZodType<Output, string>) {
  const entries = list(entry);
  return z.unknown().transform((value, context): Output[] => {
    if (value === 'off') return [];
    const result = entries.safeParse(value);
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  });
}

export const numberType = choice(NUMBER_TYPES);

const codes = z.union([z.literal('off'), wholeNumber(1, 1_000_000_000)], {
  error: 'must be a whole number of codes from 1, or off',
});

export const guardSchema = z.strictObject({
  mode: choice(['enforce', 'record', 'off']),
  country: z.strictObject({ hour: codes, day: codes }),
  ip: z.strictObject({
    hour: codes,
    day: codes,
    countries: z.union([z.literal('off'), wholeNumber(1, 200)], {
      error: 'must be a whole number of countries from 1 to 200, or off',
    }),
  }),
});

export const spendSchema = z.strictObject({
  segments: z.union([z.literal('off'), wholeNumber(1, 1_000_000_000)], {
    error: 'must be a whole number of segments from 1, or off',
  }),
  price: z.union([z.literal('off'), positiveNumber(0.01, 100_000_000)], {
    error: 'must be an amount from 0.01, or off',
  }),
});

/** A country, a number prefix, or `default`. */
const priced = z.string().transform((written, context) => {
  if (written === 'default') return written;
  const result = (written.startsWith('+') ? numberPrefix : country).safeParse(written);
  if (result.success) return result.data;
  for (const { message } of result.error.issues) context.addIssue(`${message}; or write default`);
  return z.NEVER;
});

export const pricesSchema = z.record(priced, positiveNumber(0, 1000));
