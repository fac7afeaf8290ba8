import { isIP } from 'node:net';
import { describeProbe } from '../../tenant/probe-gateway.ts';
import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';
import type { Probe } from './probe-connections.ts';

/** Whether the gateway answers at the URL that Auth0 calls, and accepts every configured secret. */
export async function checkPublicUrl(facts: Pick<Facts, 'caller' | 'probes' | 'isDev'>): Promise<Finding[]> {
  if (facts.caller.kind !== 'loaded') return [skipped('the configuration of the connections cannot be used')];
  const { publicUrl } = facts.caller.config;
  const probes = await facts.probes();
  if (publicUrl === undefined) {
    const isLocalThere = probes.some(({ result }) => result.kind !== 'unreachable');
    return [
      warning(
        'PUBLIC_URL is not set: Auth0 has no URL to call',
        'Set PUBLIC_URL=https://… to the public URL of the ingress (a load balancer, or a tunnel to try it out).',
      ),
      // The state of an earlier npm start says nothing about a gateway with its own configuration.
      ...(facts.isDev || isLocalThere ? judgeProbes(probes, facts.isDev) : []),
    ];
  }
  return [...judgeAddress(publicUrl), ...judgeProbes(probes, false)];
}

/** What is wrong with the URL itself. */
export function judgeAddress(publicUrl: string): Finding[] {
  const { protocol, hostname } = new URL(publicUrl);
  if (isOwnNetwork(hostname)) {
    return [
      warning(
        `PUBLIC_URL names ${hostname}, which Auth0 cannot reach`,
        'Set it to the URL of the ingress on the internet.',
      ),
    ];
  }
  if (protocol === 'https:') return [];
  return [
    failed(
      'PUBLIC_URL is not https: codes and tokens would be sent unencrypted',
      'Put TLS in front of the ingress, and use https:// in PUBLIC_URL.',
    ),
  ];
}

/** RFC 1918, loopback, link-local, and names that only resolve in a local network. */
function isOwnNetwork(hostname: string): boolean {
  if (isIP(hostname) === 4) {
    return /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(hostname);
  }
  if (hostname.startsWith('[')) return /^\[(::1|f[cd]|fe80)/i.test(hostname);
  return /^localhost$|\.(local|localhost|internal|lan)$/i.test(hostname);
}

export function judgeProbes(probes: readonly Probe[], isDev: boolean): Finding[] {
  const isBelieved = ({ result }: Probe) => result.kind === 'believed';
  const believed = probes.filter(isBelieved);
  const wrong = probes.filter((probe) => !isBelieved(probe));
  // An unreachable gateway is unreachable with each secret: reporting it once is enough.
  const [unreachable] = wrong.filter(({ result }) => result.kind === 'unreachable');
  const problems =
    unreachable === undefined
      ? wrong
      : [unreachable, ...wrong.filter(({ result }) => result.kind !== 'unreachable')];
  return [
    ...problems.map((probe) => failed(describe(probe), adviceFor(probe, isDev))),
    ...(believed.length > 0 ? [ok(summary(believed))] : []),
  ];
}

function describe({ connection, url, secretNumber, secretCount, result }: Probe): string {
  if (result.kind === 'not_believed') {
    const which = secretCount === 1 ? 'the secret' : `secret ${secretNumber} of ${secretCount}`;
    const detail = result.detail === undefined ? '' : ` (${result.detail})`;
    return `${url} does not accept ${which} of ${connection}${detail}`;
  }
  return describeProbe(result, url).replace(/\.$/, '');
}

function adviceFor({ connection, result, secretCount }: Probe, isDev: boolean): string {
  switch (result.kind) {
    case 'not_believed':
      return (
        adviceForDetail(result.detail) ??
        (secretCount > 1
          ? 'Give every ingress process the same secrets, both of them during a rotation. The ingress reloads a file of secrets; a variable needs a restart.'
          : 'Give the ingress the same secret and audience as here (AUTH0_SECRET, AUTH0_AUDIENCE), and restart it.')
      );
    case 'no_such_connection':
      return `Give the ingress the file that holds ${connection} (GATEWAY_CONFIG), or reload it (SIGHUP).`;
    case 'not_a_gateway':
      return 'Compare PUBLIC_URL with what the proxy or load balancer forwards to the ingress, path included.';
    default:
      return isDev
        ? 'Start the gateway: npm start.'
        : 'Check DNS, firewall and load balancer, and that the ingress runs (GET /readyz on its ADMIN_PORT).';
  }
}

/** For the details of services/ingress/src/auth/authenticator.ts; undefined if the secret may be the cause. */
function adviceForDetail(detail = ''): string | undefined {
  if (/issued in the future|has expired|is older than/.test(detail)) {
    return 'Switch on time synchronisation (NTP) on this machine and on those of the ingress: beyond 30 s, tokens are refused.';
  }
  switch (/^The claim "(\w+)"/.exec(detail)?.[1]) {
    case 'iss':
      return 'Auth0 signs with the issuer "Auth0": set AUTH0_ISSUER of the ingress (issuer in its file) to that value, or remove it.';
    case 'aud':
      return 'Give the ingress the same audience as here and at Auth0 (AUTH0_AUDIENCE, or audience in its file).';
    case 'sub':
      return 'Give the ingress the same subject as here and at Auth0 (AUTH0_SUBJECT, or subject in its file).';
    default:
      return undefined;
  }
}

function summary(believed: readonly Probe[]): string {
  const connections = new Set(believed.map(({ connection }) => connection));
  const [first] = believed;
  if (connections.size === 1 && first !== undefined) {
    const what = believed.length === 1 ? 'the secret' : `${believed.length} secrets`;
    return `${first.url} is this gateway, and accepts ${what} of ${first.connection}`;
  }
  const origin = first === undefined ? '' : new URL(first.url).origin;
  return `${origin} is this gateway, and accepts ${believed.length} secrets of ${connections.size} connections`;
}
