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

/** What can be said of the shared secrets without telling them. */
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
          `${which} looks like a placeholder: whoever guesses it sends texts at your cost`,
          `Make one (${MAKE_ONE}), and change it by npm run gateway -- auth0 rotate-secret.`,
        ),
      ];
    }
    if (secret.length >= HS256_KEY_BYTES) return [];
    return [
      warning(
        `${which} has ${secret.length} bytes; HS256 asks for ${HS256_KEY_BYTES} or more`,
        `Make a longer one (${MAKE_ONE}), and change it by npm run gateway -- auth0 rotate-secret.`,
      ),
    ];
  });
}

/** Two secrets are a rotation that is under way: what is next depends on the one that Auth0 signs with. */
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
        `${name} believes ${secrets.length} secrets; a rotation needs two`,
        `Permit out those that no tenant signs with any more, then run ${command}.`,
      ),
    ];
  }
  const finding = `${name} believes 2 secrets: a rotation is under way`;
  const signedWith = url === undefined ? undefined : secretAtAuth0(await tenant(), url, secrets);
  switch (signedWith) {
    case 0:
      return [
        warning(
          `${finding}, and Auth0 signs with the new one`,
          `Step 3 is next, the old one goes: ${command}.`,
        ),
      ];
    case 1:
      return [
        warning(
          `${finding}, and Auth0 still signs with the old one`,
          `Step 2 is next, the new one at Auth0: ${command}.`,
        ),
      ];
    default:
      return [warning(finding, `${command} sees which step is next, and takes it.`)];
  }
}

function summary(connections: readonly ConnectionConfig[]): string {
  const [only] = connections;
  if (connections.length === 1 && only !== undefined) {
    return `${only.name} has one secret, of ${only.secrets[0]?.length ?? 0} bytes`;
  }
  return `${connections.length} connections have one secret each, of ${HS256_KEY_BYTES} bytes or more`;
}
