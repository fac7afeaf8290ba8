import type { ConnectionConfig } from '@sms-gateway/config';
import { gatewayOrigin } from './probe-connections.ts';
import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';
import { looksLikePlaceholder } from './placeholder.ts';
import { pathOf } from '../../tenant/gateway-target.ts';
import { secretAtAuth0 } from './secret-at-auth0.ts';

/** RFC 7518 §3.2: a key for HS256 must have 256 bits or more. */
const HS256_KEY_BYTES = 32;

const MAKE_ONE = "openssl rand -base64 32 | tr '+/' '-_' | tr -d '='";

/** Problems of the shared secrets, without showing them. */
export async function checkSecrets(facts: Pick<Facts, 'caller' | 'tenant' | 'devState'>): Promise<Finding[]> {
  const { caller } = facts;
  if (caller.kind !== 'loaded') return [skipped('the configuration of the connections cannot be used')];
  const { connections } = caller.config;
  const origin = gatewayOrigin(caller.config, facts.devState);
  const findings = (
    await Promise.all(
      connections.map(async (connection) => [
        ...weaknesses(connection),
        ...(await rotation(connection, origin && origin + pathOf(connection.name), facts)),
      ]),
    )
  ).flat();
  return findings.length > 0 ? findings : [ok(summary(connections))];
}

function weaknesses({ name, secrets }: ConnectionConfig): Finding[] {
  return secrets.flatMap((secret, index) => {
    const which = secrets.length === 1 ? `the secret of ${name}` : `secret ${index + 1} of ${name}`;
    if (looksLikePlaceholder(secret)) {
      return [
        failed(
          `${which} looks like a placeholder: anybody who guesses it can send messages at your cost`,
          `Make one (${MAKE_ONE}), and set it with npm run gateway -- auth0 rotate-secret.`,
        ),
      ];
    }
    if (secret.length >= HS256_KEY_BYTES) return [];
    return [
      warning(
        `${which} has ${secret.length} bytes; HS256 needs ${HS256_KEY_BYTES} or more`,
        `Make a longer one (${MAKE_ONE}), and set it with npm run gateway -- auth0 rotate-secret.`,
      ),
    ];
  });
}

/** Two secrets mean a rotation in progress. The next step depends on the secret that Auth0 signs with. */
async function rotation(
  { name, secrets }: ConnectionConfig,
  url: string | undefined,
  { tenant }: Pick<Facts, 'tenant'>,
): Promise<Finding[]> {
  if (secrets.length < 2) return [];
  const command = `npm run gateway -- auth0 rotate-secret${name === 'default' ? '' : ` --gateway-connection ${name}`}`;
  if (secrets.length > 2) {
    return [
      warning(
        `${name} accepts ${secrets.length} secrets; a rotation needs two`,
        `Remove those that no tenant signs with any more, then run ${command}.`,
      ),
    ];
  }
  const finding = `${name} accepts 2 secrets: a rotation is in progress`;
  const signedWith = url === undefined ? undefined : secretAtAuth0(await tenant(), url, secrets);
  switch (signedWith) {
    case 0:
      return [
        warning(
          `${finding}, and Auth0 signs with the new one`,
          `Next is step 3, to remove the old one: ${command}.`,
        ),
      ];
    case 1:
      return [
        warning(
          `${finding}, and Auth0 still signs with the old one`,
          `Next is step 2, to set the new one at Auth0: ${command}.`,
        ),
      ];
    default:
      return [warning(finding, `${command} finds the next step and continues.`)];
  }
}

function summary(connections: readonly ConnectionConfig[]): string {
  const [only] = connections;
  if (connections.length === 1 && only !== undefined) {
    return `${only.name} has one secret, of ${only.secrets[0]?.length ?? 0} bytes`;
  }
  return `${connections.length} connections have one secret each, of ${HS256_KEY_BYTES} bytes or more`;
}
