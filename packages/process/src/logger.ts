import { constants } from 'node:os';
import { pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import { errorFields } from './error-fields.ts';
import { standardOutput } from './standard-output.ts';

export type { DestinationStream as LogDestination, Logger } from 'pino';

/** What both one-time codes and error codes are called. */
const CODE = 'code';
const ERROR_NAMES: ReadonlySet<string> = new Set([...Object.keys(constants.errno), 'ENOTFOUND']);
/** `connect_refused`, `smpp_0x0e`, `ERR_TLS_CERT_ALTNAME_INVALID`: words of ours or of Node's, as no one-time code is. */
const ERROR_TOKEN = /^(?:[a-z]+(?:_[a-z0-9]+)+|[A-Z]+(?:_[A-Z0-9]+)+)$/;

const REDACTED_KEYS = [
  'apiSecret',
  'authToken',
  'authorization',
  'Authorization',
  'body',
  CODE,
  'otp',
  'password',
  'phone',
  'phoneNumber',
  'recipient',
  'secret',
  'secrets',
  'text',
  'to',
  'token',
];

type Options = {
  service: string;
  /** A pino level, or `silent`. */
  level: string;
  /** Standard output unless given. */
  destination?: DestinationStream;
};

/**
 * JSON lines. The redacted keys are a safety net for a slip, on the first and second level; the rule is
 * not to pass such values at all. A `code` that names an error stays. Errors, under whatever key, are reduced to `errorFields`.
 */
export function createLogger({ service, level, destination }: Options): Logger {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    redact: {
      paths: [
        ...REDACTED_KEYS,
        ...REDACTED_KEYS.map((key) => `*.${key}`),
        'req.headers.authorization',
        'request.headers.authorization',
      ],
      censor: (value: unknown, path: string[]) =>
        path.at(-1) === CODE && isErrorCode(value) ? value : '[redacted]',
    },
    serializers: { err: withoutError },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) =>
        Object.values(fields).some((value) => value instanceof Error)
          ? Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, withoutError(value)]))
          : fields,
    },
    hooks: {
      logMethod(args, method) {
        const [first, message]: unknown[] = args;
        const fields = first instanceof Error ? { err: first } : first;
        // Without a message, pino would take the error's, which is not scrubbed.
        if (hasError(fields)) method.apply(this, [fields, typeof message === 'string' ? message : 'error']);
        else method.apply(this, args);
      },
    },
  };
  return pino(options, destination ?? standardOutput);
}

function isErrorCode(value: unknown): boolean {
  return typeof value === 'string' && (ERROR_NAMES.has(value) || ERROR_TOKEN.test(value));
}

function withoutError(value: unknown): unknown {
  return value instanceof Error ? errorFields(value) : value;
}

function hasError(fields: unknown): fields is { err: unknown } {
  return typeof fields === 'object' && fields !== null && 'err' in fields;
}
