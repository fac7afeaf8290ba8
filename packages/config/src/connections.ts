import { isWrapped, WRAPPED } from './read-variable.ts';
import { decodeBase64 } from './base64.ts';
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

/** RFC 7518 section 3.2: a key for HS256 must have 256 bits or more. Auth0 takes shorter ones. */
const HS256_KEY_BYTES = 32;
/** Documented nowhere; what gateways in use have seen. */
const AUTH0_ISSUER = 'Auth0';

/** The connections without those a problem was reported of. */
export function connectionConfigs(settings: Read<Settings>, review: Review): ConnectionConfig[] {
  const connections = Object.entries(settings.connections ?? {});
  if (connections.length === 0 && !review.isGiven(['connections'])) {
    requireCredentials('default', review);
  }
  reviewPriceCap(['spend', 'price'], settings.spend?.price, review);
  return connections
    .map(([name, connection]) => connectionConfig(name, connection ?? {}, settings, review))
    .filter((connection) => connection !== undefined);
}

function connectionConfig(
  name: string,
  connection: Read<ConnectionSettings>,
  settings: Read<Settings>,
  review: Review,
): ConnectionConfig | undefined {
  requireCredentials(name, review);
  const secrets = connectionSecrets(name, connection, review);
  const countriesPath = ['connections', name, 'allowedCountries'];
  const isAnyAllowed = [[], ['connections', name]].some(
    (path) => review.isGiven([...path, 'allowedCountries']) || review.isGiven([...path, 'allowedPrefixes']),
  );
  if (!isAnyAllowed) {
    const label = name === 'default' ? 'ALLOWED_COUNTRIES' : countriesPath.join('.');
    review.note(
      `${label}: not set, so codes are sent to every country; list the ones you serve against SMS pumping`,
    );
  }

  reviewTemplate(['connections', name, 'template'], connection.template, review);
  if (connection.issuer !== undefined && connection.issuer !== AUTH0_ISSUER) {
    review.warning(
      ['connections', name, 'issuer'],
      `Auth0's calls are known with the issuer "${AUTH0_ISSUER}" only, and its Actions sign with it: with another one they are refused`,
    );
  }
  reviewPriceCap(['connections', name, 'spend', 'price'], connection.spend?.price, review);

  const { audience } = connection;
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
    const orFile = name === 'default' ? ' (or AUTH0_SECRET_FILE to a file that holds it)' : '';
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
  review: Review,
): Uint8Array[] | undefined {
  const path = ['connections', name, 'secrets'];
  const flagPath = ['connections', name, 'secretsBase64'];
  if (secrets === undefined || (secretsBase64 === undefined && review.isGiven(flagPath))) return undefined;
  const decoded = secrets.map((secret) =>
    secretsBase64 === true ? decodeBase64(secret) : new Uint8Array(Buffer.from(secret, 'utf8')),
  );
  for (const [index, secret] of decoded.entries()) {
    if (isWrapped(secrets[index] ?? '')) {
      review.problem([...path, index], WRAPPED);
    } else if (secret === undefined) {
      review.problem([...path, index], `is not base64url; correct it, or remove ${review.label(flagPath)}`);
    } else if (secret.length < HS256_KEY_BYTES) {
      review.warning(
        [...path, index],
        `has ${secret.length} bytes; it works, but HS256 asks for ${HS256_KEY_BYTES} or more`,
      );
    }
  }
  return decoded.every((secret) => secret !== undefined) ? decoded : undefined;
}
