import { UUID } from '@sms-gateway/contract';
import { z } from 'zod';
import { parseBlockedDestination } from './blocked-destination.ts';
import { parseCountry } from './country.ts';
import { parseDurationMs } from './duration.ts';
import { didYouMean } from './suggest.ts';

const NOT_TEXT = 'must be text; put it in quotes';

/** Any text; surrounding white space is removed. */
export const text = z.string(NOT_TEXT).trim().min(1, { error: 'is empty', abort: true });

/** Text that goes into an HTTP header or a URL. */
export const token = text.regex(/^[\x21-\x7e]+$/, 'must be one word of printable ASCII characters');

export const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean('must be true or false'),
);

/** One of a few names, with a hint for typos. */
export function choice<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.enum(names, {
    error: ({ input }) =>
      `must be one of ${names.join(', ')}${typeof input === 'string' ? didYouMean(input, names) : ''}`,
  });
}

/** A whole number, also written as text (an environment variable always is). */
export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value),
    z.int({ error, abort: true }).min(min, error).max(max, error),
  );
}

/** A number, also written as text; fractions are allowed. */
export function positiveNumber(min: number, max: number) {
  const error = `must be a number from ${min} to ${max}`;
  return z.preprocess(
    (value) =>
      typeof value === 'string' && /^\d{1,9}(\.\d{1,6})?$/.test(value.trim()) ? Number(value) : value,
    z.number(error).min(min, error).max(max, error),
  );
}

export const portNumber = wholeNumber(0, 65_535);

/** A duration with its unit, in milliseconds. The bounds are written the same way, such as `1s`. */
export function duration(min: string, max: string) {
  const minMs = parseDurationMs(min) ?? 0;
  const maxMs = parseDurationMs(max) ?? Infinity;
  return z
    .union([z.string(), z.number().transform(String)], `must be a duration from ${min} to ${max}`)
    .transform((written, context) => {
      const durationMs = parseDurationMs(written.trim());
      if (durationMs !== undefined && durationMs >= minMs && durationMs <= maxMs) return durationMs;
      const needsUnit = /^\d+(\.\d+)?$/.test(written.trim());
      context.addIssue(
        needsUnit
          ? `needs a unit: ms, s, m or h, as in ${min} (from ${min} to ${max})`
          : `must be a whole number with a unit (ms, s, m, h), from ${min} to ${max}`,
      );
      return z.NEVER;
    });
}

/** A comma-separated text or a list, without empty entries. */
export function list<Output>(entry: z.ZodType<Output, string>): z.ZodType<Output[]> {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
    z
      .array(z.string(NOT_TEXT).trim().min(1, { error: 'is empty', abort: true }).pipe(entry), {
        error: ({ input }) => (typeof input === 'number' ? NOT_TEXT : 'must be a list'),
      })
      .min(1, 'must have at least one entry'),
  );
}

/** `host:port`, with IPv6 addresses in brackets. */
export function hostAndPort(defaultPort: number) {
  return z.string().transform((written, context) => {
    const [, bracketed, plain, port] =
      /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/.exec(written) ?? [];
    const host = bracketed ?? plain;
    if (host !== undefined && Number(port ?? defaultPort) <= 65_535 && port !== '0') {
      return { host, port: Number(port ?? defaultPort) };
    }
    context.addIssue(`must be host:port, as in redis-1:${defaultPort}`);
    return z.NEVER;
  });
}

/** An ISO 3166-1 alpha-2 code, in upper case. */
export const country = text.transform((written, context) => {
  const parsed = parseCountry(written);
  if (parsed.kind === 'country') return parsed.code;
  context.addIssue(
    parsed.replacement === undefined
      ? 'is not an ISO 3166 country code of two letters, such as US'
      : `is not the country code in use; write ${parsed.replacement}`,
  );
  return z.NEVER;
});

/** A blocked destination, as the name of its block. */
export const blockedDestination = text.transform((written, context) => {
  const destination = parseBlockedDestination(written);
  if (destination.kind === 'parsed') return destination.value;
  context.addIssue(destination.problem);
  return z.NEVER;
});

export const numberPrefix = text.regex(
  /^\+[1-9]\d{0,14}$/,
  'must be a prefix of a number in E.164, including the plus sign, such as +49 or +49151',
);

/** An http or https URL without credentials and fragment. */
export const httpUrl = text.transform((written, context) => {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    context.addIssue('must be a URL that begins with https:// or http://');
  } else if (url.username !== '' || url.password !== '') {
    context.addIssue('must not contain a user or password');
  } else if (url.hash !== '') {
    context.addIssue('must not have a fragment (#)');
  } else {
    return written;
  }
  return z.NEVER;
});

/** An `httpUrl` to which paths are added: no query, and a trailing slash is removed. */
export const baseUrl = httpUrl.transform((written, context) => {
  if (!written.includes('?')) return written.replace(/\/+$/, '');
  context.addIssue('must not have a query (?)');
  return z.NEVER;
});

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** redis:// or rediss://, with the number of the database as its path. */
export const redisUrl = text.transform((written, context) => {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    context.addIssue(
      'must be a URL that begins with redis:// or rediss://, as in redis://127.0.0.1:6379 (write special characters of a password as %XX)',
    );
  } else if (!isDecodable(url.username) || !isDecodable(url.password)) {
    context.addIssue('has a % in its user or password that does not begin a %XX; write a plain % as %25');
  } else if (!/^\/?\d{0,4}$/.test(url.pathname)) {
    context.addIssue(
      'must have nothing but a database number after the port, as in redis://127.0.0.1:6379/0',
    );
  } else {
    return written;
  }
  return z.NEVER;
});

/** A sender as providers know it. Each provider decides which forms choose among several senders. */
export const senderId = text.regex(
  /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11})$/,
  'must be a number in E.164 without spaces (+14155550100), a short code, or a sender ID of up to 11 letters and digits',
);

/** `copyFrom` says where the operator finds it. */
export function uuid(copyFrom: string) {
  return text.regex(UUID, `must be a UUID; ${copyFrom}`);
}
