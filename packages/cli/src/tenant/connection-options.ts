import { isDeepStrictEqual } from 'node:util';

/** As the Management API returns them; most do not concern the gateway. */
export type ConnectionOptions = Record<string, unknown>;

/** What an SMS connection must know about the gateway. */
export type GatewayTarget = {
  /** Full URL, path included. */
  url: string;
  audience: string;
  subject: string | undefined;
  secret: string;
  /** Whether `secret` is base64url of the key's bytes. */
  isSecretBase64Encoded: boolean;
};

/** One changed field, for people. The value of a secret is never shown. */
export type OptionChange = { field: string; from: string | undefined; to: string | undefined };

/**
 * The options that point a connection at the gateway. PATCH replaces all options, so the result keeps all of them except
 * Twilio's credentials, which Auth0 no longer needs
 * (https://auth0.com/docs/authenticate/passwordless/authentication-methods/use-sms-gateway-passwordless).
 */
export function pointedAtGateway(options: ConnectionOptions, target: GatewayTarget): ConnectionOptions {
  const { twilio_sid: _sid, twilio_token: _token, ...kept } = options;
  const { audience, subject, secret, isSecretBase64Encoded } = target;
  return {
    ...kept,
    provider: 'sms_gateway',
    gateway_url: target.url,
    gateway_authentication: {
      method: 'bearer',
      ...(subject !== undefined && { subject }),
      audience,
      secret,
      secret_base64_encoded: isSecretBase64Encoded,
    },
    forward_req_info: true,
  };
}

const SECRETS = new Set(['twilio_sid', 'twilio_token', 'gateway_authentication.secret']);
/** An unknown field with such a name is treated as a secret. */
const SOUNDS_SECRET = /secret|token|password|key|auth/i;

/** The fields that differ, in the order of the fields. */
export function changesBetween(before: ConnectionOptions, after: ConnectionOptions): OptionChange[] {
  const [from, to] = [flatten(before), flatten(after)];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((field) => !isDeepStrictEqual(from.get(field), to.get(field)))
    .map((field) => ({
      field,
      from: shown(field, from.get(field)),
      to:
        isSecret(field) && from.has(field) && to.has(field)
          ? '(another secret)'
          : shown(field, to.get(field)),
    }));
}

/** The values that are never shown. */
export function secretsIn(options: ConnectionOptions): string[] {
  return [...flatten(options)].flatMap(([field, value]) =>
    isSecret(field) && typeof value === 'string' ? [value] : [],
  );
}

/** Whether two sets of options are equal, in any order. */
export function areSameOptions(one: ConnectionOptions, other: ConnectionOptions): boolean {
  return isDeepStrictEqual(one, other);
}

/** Nested fields by path, as changes name them. */
export function fieldsOf(options: ConnectionOptions): Set<string> {
  return new Set(flatten(options).keys());
}

/** Nested fields by path; `gateway_authentication` is the one that matters. */
function flatten(options: ConnectionOptions, prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(options).flatMap(([name, value]): [string, unknown][] =>
      isPlainObject(value) && Object.keys(value).length > 0
        ? [...flatten(value, `${prefix}${name}.`)]
        : [[`${prefix}${name}`, value]],
    ),
  );
}

function isPlainObject(value: unknown): value is ConnectionOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const OPEN_FIELDS = new Set([
  'gateway_authentication.method',
  'gateway_authentication.audience',
  'gateway_authentication.subject',
  'gateway_authentication.secret_base64_encoded',
]);

function isSecret(field: string): boolean {
  return SECRETS.has(field) || (SOUNDS_SECRET.test(field) && !OPEN_FIELDS.has(field));
}

function shown(field: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return isSecret(field) ? '(secret)' : JSON.stringify(value);
}
