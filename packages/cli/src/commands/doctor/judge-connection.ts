import type { ConnectionConfig } from '@sms-gateway/config';
import { type ConnectionOptions, changesBetween, pointedAtGateway } from '../../tenant/connection-options.ts';
import { asAuth0Takes, pathOf } from '../../tenant/gateway-target.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

/** An SMS connection of the tenant, and the gateway's connection that it is compared with. */
export type Matched = {
  name: string;
  options: ConnectionOptions;
  own: ConnectionConfig;
  /** Whether its URL is that of `own`. */
  leadsHere: boolean;
};

/** Fields that lose no code if they differ. */
const HARMLESS = new Set(['twilio_sid', 'twilio_token', 'forward_req_info']);

const SIGNING_SECRET = 'gateway_authentication.secret';

/** Matches by URL. A connection that points elsewhere is compared with the gateway's first connection. */
export function matchConnections(
  connections: readonly { name: string; options: ConnectionOptions }[],
  own: readonly ConnectionConfig[],
  origin: string | undefined,
): Matched[] {
  const [first] = own;
  if (first === undefined) return [];
  return connections.map(({ name, options }) => {
    const fitting = own.find(
      (candidate) => origin !== undefined && options['gateway_url'] === origin + pathOf(candidate.name),
    );
    return { name, options, own: fitting ?? first, leadsHere: fitting !== undefined };
  });
}

/** How a connection differs from what `auth0 connect` would set. */
export function judgeConnection({ name, options, own }: Matched, origin: string | undefined): Finding[] {
  return [...judgeOptions(name, options, own, origin), ...judgeLifetime(name, options, own)];
}

function judgeOptions(
  name: string,
  options: ConnectionOptions,
  own: ConnectionConfig,
  origin: string | undefined,
): Finding[] {
  if (origin === undefined) {
    return [skipped(`${name}: cannot be compared without PUBLIC_URL`)];
  }
  const differing = own.secrets.map((secret) => differingFields(options, own, secret, origin));
  const [withFirst = []] = differing;
  const isBySecondSecret =
    withFirst.includes(SIGNING_SECRET) && differing.some((fields) => !fields.includes(SIGNING_SECRET));
  const fields = withFirst.filter((field) => !(isBySecondSecret && field === SIGNING_SECRET));
  const harmful = fields.filter((field) => !HARMLESS.has(field));
  const command = `npm run gateway -- auth0 connect ${argumentsFor(name, own)}`;
  if (harmful.length > 0) {
    return [
      failed(
        `${name} does not point here correctly: ${fields.join(', ')}`,
        `${command} --dry-run shows the change; without --dry-run it makes it.`,
      ),
    ];
  }
  const findings: Finding[] = [];
  if (isBySecondSecret) {
    findings.push(
      warning(
        `${name} still signs with the old secret`,
        `Keep the old secret at the gateway, and continue with npm run gateway -- auth0 rotate-secret ${argumentsFor(name, own)}.`,
      ),
    );
  }
  if (fields.length > 0) {
    findings.push(
      warning(
        `${name} points here, but some options should be changed: ${fields.join(', ')}`,
        `${command} changes them.`,
      ),
    );
  }
  return findings.length > 0 ? findings : [ok(`${name} points at ${origin + pathOf(own.name)}`)];
}

function argumentsFor(name: string, own: ConnectionConfig): string {
  return `--connection ${name}${own.name === 'default' ? '' : ` --gateway-connection ${own.name}`}`;
}

function differingFields(
  options: ConnectionOptions,
  { name, audience, subject }: ConnectionConfig,
  secret: Uint8Array,
  origin: string,
): string[] {
  const target = { url: origin + pathOf(name), audience, subject, ...asAuth0Takes(secret) };
  return changesBetween(options, pointedAtGateway(options, target)).map(({ field }) => field);
}

function judgeLifetime(name: string, options: ConnectionOptions, own: ConnectionConfig): Finding[] {
  const { totp } = options;
  const timeStep: unknown =
    typeof totp === 'object' && totp !== null
      ? new Map<string, unknown>(Object.entries(totp)).get('time_step')
      : undefined;
  if (typeof timeStep !== 'number' || own.messageTtlMs <= timeStep * 1000) return [];
  return [
    warning(
      `${name}: a code expires at Auth0 after ${timeStep} s (totp.time_step), but ${own.name} sends it for up to ${own.messageTtlMs / 1000} s`,
      `Set MESSAGE_TTL=${timeStep}s (or messageTtl of ${own.name} in the file), so that no expired code is sent and paid for.`,
    ),
  ];
}
