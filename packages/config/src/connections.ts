import { decodeBase64, isAllZeros } from './base64.ts';
import { isWrapped, WRAPPED } from './read-variable.ts';
import type { Read } from './setting.ts';
import type { Review } from './review.ts';
import type { ConnectionConfig } from './config.ts';
import type { ConnectionSettings, Settings } from './settings.ts';
import {
  destinationsConfig,
  guardConfig,
  limitsConfig,
  priceTable,
  reviewPriceCap,
  spendConfig,
} from './screening.ts';
import { reviewTemplate } from './template.ts';

/** RFC 7518 section 3.2: a key for HS256 must have 256 bits or more. Auth0 accepts shorter ones. */
const HS256_KEY_BYTES = 32;
/** Production refuses a shorter secret: with one token, an attacker can try all of them. */
const LEAST_SECRET_BYTES = 16;
/** Undocumented, but observed by gateways in use. */
const AUTH0_ISSUER = 'Auth0';

/** The connections without a problem. In production, secrets must be long enough. */
export function connectionConfigs(
  settings: Read<Settings>,
  review: Review,
  { isProduction }: { isProduction: boolean },
): ConnectionConfig[] {
  const connections = Object.entries(settings.connections ?? {});
  if (connections.length === 0 && !review.isGiven(['connections'])) {
    requireCredentials('default', review);
  }
  reviewPriceCap(['spend', 'price'], settings.spend?.price, review);
  const configs = connections
    .map(([name, connection]) => connectionConfig(name, connection ?? {}, settings, { review, isProduction }))
    .filter((connection) => connection !== undefined);
  reviewShared(configs, review);
  return configs;
}

/** Warns of connections that accept each other's tokens. */
function reviewShared(connections: readonly ConnectionConfig[], review: Review): void {
  for (const [index, one] of connections.entries()) {
    for (const other of connections.slice(index + 1)) {
      const isSecretShared = one.secrets.some((secret) =>
        other.secrets.some((theirs) => Buffer.compare(secret, theirs) === 0),
      );
      if (!isSecretShared || one.audience !== other.audience) continue;
      if (differs(one.subject, other.subject) || differs(one.issuer, other.issuer)) continue;
      review.note(
        `connections.${one.name} and connections.${other.name} share a secret and the audience, so a token for one is accepted for the other; give each its own secret`,
      );
    }
  }
}

/** Whether no token can match both, because each requires another value. */
function differs(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function connectionConfig(
  name: string,
  connection: Read<ConnectionSettings>,
  settings: Read<Settings>,
  { review, isProduction }: { review: Review; isProduction: boolean },
): ConnectionConfig | undefined {
  requireCredentials(name, review);
  const secrets = connectionSecrets(name, connection, { review, isProduction });
  const countriesPath = ['connections', name, 'allowedCountries'];
  const isAnyAllowed = [[], ['connections', name]].some(
    (path) => review.isGiven([...path, 'allowedCountries']) || review.isGiven([...path, 'allowedPrefixes']),
  );
  if (!isAnyAllowed) {
    const label = name === 'default' ? 'ALLOWED_COUNTRIES' : countriesPath.join('.');
    review.note(
      `${label}: not set, so codes are sent to every country; list the countries you serve, to limit SMS pumping`,
    );
  }

  reviewTemplate(['connections', name, 'template'], connection.template, review);
  if (connection.issuer !== undefined && connection.issuer !== AUTH0_ISSUER) {
    review.warning(
      ['connections', name, 'issuer'],
      `Auth0 is only known to sign with the issuer "${AUTH0_ISSUER}", as do the Actions; with this setting their calls are refused`,
    );
  }
  reviewPriceCap(['connections', name, 'spend', 'price'], connection.spend?.price, review);

  const { audience } = connection;
  const maxTokenAge = connection.maxTokenAge ?? settings.maxTokenAge;
  const messageTtlMs = connection.messageTtl ?? settings.messageTtl;
  const repeatWindowMs = connection.repeatWindow ?? settings.repeatWindow;
  if (secrets === undefined || audience === undefined) return undefined;
  if (messageTtlMs === undefined || repeatWindowMs === undefined) return undefined;
  return {
    name,
    secrets,
    secretsBase64: connection.secretsBase64 === true,
    audience,
    subject: connection.subject,
    issuer: connection.issuer,
    maxTokenAgeMs: maxTokenAge === 'off' ? undefined : maxTokenAge,
    requiresTokenTime: connection.requireTokenTime ?? settings.requireTokenTime ?? false,
    messageTtlMs,
    repeatWindowMs,
    destinations: destinationsConfig(connection, settings),
    defaultCountry: connection.defaultCountry ?? settings.defaultCountry,
    limits: limitsConfig(connection.limits, settings.limits),
    guard: guardConfig(connection.guard, settings.guard),
    spend: spendConfig(connection.spend, settings.spend),
    prices: priceTable(settings.prices),
  };
}

function requireCredentials(name: string, review: Review): void {
  const secretsPath = ['connections', name, 'secrets'];
  if (!review.isGiven(secretsPath)) {
    const orFile = name === 'default' ? ' (or AUTH0_SECRET_FILE to a file that contains it)' : '';
    review.problem(
      secretsPath,
      `not set; set it to the shared secret of Auth0's gateway_authentication${orFile}`,
    );
  }
  const audiencePath = ['connections', name, 'audience'];
  if (!review.isGiven(audiencePath)) {
    review.problem(audiencePath, "not set; set it to the audience of Auth0's gateway_authentication");
  }
}

function connectionSecrets(
  name: string,
  { secrets, secretsBase64 }: Read<ConnectionSettings>,
  { review, isProduction }: { review: Review; isProduction: boolean },
): Uint8Array[] | undefined {
  const path = ['connections', name, 'secrets'];
  const flagPath = ['connections', name, 'secretsBase64'];
  if (secrets === undefined || (secretsBase64 === undefined && review.isGiven(flagPath))) return undefined;
  const decoded = secrets.map((secret) =>
    secretsBase64 === true ? decodeBase64(secret) : new Uint8Array(Buffer.from(secret, 'utf8')),
  );
  for (const [index, secret] of decoded.entries()) {
    const report = (kind: 'problem' | 'warning', message: string) => review[kind]([...path, index], message);
    if (isWrapped(secrets[index] ?? '')) {
      report('problem', WRAPPED);
    } else if (secret === undefined) {
      report('problem', `is not base64url; correct it, or remove ${review.label(flagPath)}`);
    } else if (secret.length < LEAST_SECRET_BYTES) {
      report(
        isProduction ? 'problem' : 'warning',
        `has ${secret.length} bytes${isProduction ? '' : ', which production refuses'}; ${MAKE_ONE}${secrets.length > 1 ? COMMA_HINT : ''}`,
      );
    } else if (isAllZeros(secret)) {
      report('warning', `is all zeros and easy to guess; ${MAKE_ONE}`);
    } else if (secret.length < HS256_KEY_BYTES) {
      report('warning', `has ${secret.length} bytes; it works, but HS256 needs ${HS256_KEY_BYTES} or more`);
    }
  }
  return decoded.every((secret) => secret !== undefined) ? decoded : undefined;
}

const MAKE_ONE = 'make one with: openssl rand -base64 32';
const COMMA_HINT =
  ' (a comma separates secrets; put a secret that contains a comma into its own file: secrets: ["${file:PATH}"])';
