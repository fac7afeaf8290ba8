import type { Facts } from './facts.ts';
import type { CallerConfig } from './probe-connections.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';
import { judgeAction, type PhoneState } from './judge-action.ts';
import { gatewayOrigin } from './probe-connections.ts';
import { judgeConnection, matchConnections, type Matched } from './judge-connection.ts';
import { ownActionCode, type Read, type TenantLook } from './look-at-tenant.ts';
import type { SmsConnection } from '../../tenant/management.ts';
import type { ManagementFailure } from '../../tenant/management-failure.ts';

const CONNECT = 'npm run gateway -- auth0 connect';

/** Whether the tenant sends its codes here, through a legacy SMS connection or the Action of its phone provider. */
export async function checkTenant(facts: Pick<Facts, 'caller' | 'tenant' | 'devState'>): Promise<Finding[]> {
  const tenant = await facts.tenant();
  if (tenant.kind === 'not_set_up') {
    return [skipped(`not set: ${tenant.missing}`)];
  }
  if (tenant.kind === 'problem') {
    return [
      failed(
        tenant.message.replace(/\.$/, ''),
        'Correct it; docs/auth0.md says how to create the application.',
      ),
    ];
  }
  if (facts.caller.kind !== 'loaded') return [skipped('the configuration of the connections cannot be used')];
  return judgeTenant(tenant, {
    config: facts.caller.config,
    origin: gatewayOrigin(facts.caller.config, facts.devState),
    ownCode: await ownActionCode(),
  });
}

type Own = {
  config: CallerConfig;
  /** The gateway's URL without a path, if known. */
  origin: string | undefined;
  /** Code of the Action for the phone provider. */
  ownCode: string;
};

export function judgeTenant(
  { domain, connections, phone }: Extract<TenantLook, { kind: 'found' }>,
  { config, origin, ownCode }: Own,
): Finding[] {
  if (connections.kind === 'unread' && connections.failure.kind === 'bad_credentials') {
    return [unreadable(connections.failure, [])];
  }
  const state = phoneStateOf(phone);
  const isCustom = state?.provider?.name === 'custom';
  const findings: Finding[] = [];

  if (connections.kind === 'unread') {
    findings.push(unreadable(connections.failure, ['read:connections', 'read:connections_options']));
  } else {
    findings.push(...judgeConnections(connections, { config, origin, isCustom, domain }));
  }

  if (isCustom) findings.push(...judgeAction(state, ownCode));
  if (phone.kind === 'unread') {
    const isNeeded = connections.kind === 'read' && connections.value.length === 0;
    const found = unreadable(phone.failure, ['read:phone_providers', 'read:actions']);
    findings.push(isNeeded ? found : skipped(`the phone provider was not checked: ${found.finding}`));
  } else if (phone.value.kind === 'several') {
    findings.push(
      warning(
        `the tenant has several Actions for custom-phone-provider: ${phone.value.names.join(', ')}`,
        'Auth0 now allows only one: delete the others.',
      ),
    );
  }
  return findings;
}

type Surroundings = Pick<Own, 'config' | 'origin'> & { isCustom: boolean; domain: string };

function judgeConnections(
  { value: connections }: Extract<Read<SmsConnection[]>, { kind: 'read' }>,
  { config, origin, isCustom, domain }: Surroundings,
): Finding[] {
  if (connections.length === 0) {
    return isCustom
      ? []
      : [
          failed(
            `${domain} has neither an SMS connection nor a phone provider "custom"`,
            `For a tenant from before March 2025, create the SMS connection, then run ${CONNECT}. For a newer one, run ${CONNECT} --action.`,
          ),
        ];
  }
  const readable = connections.flatMap(({ name, options }) =>
    options === undefined ? [] : [{ name, options }],
  );
  if (readable.length === 0) {
    return [
      failed(
        'the options of the SMS connection cannot be read: the scope read:connections_options is missing',
        'Grant it to the application of AUTH0_CLIENT_ID for the Auth0 Management API.',
      ),
    ];
  }
  const matched = matchConnections(readable, config.connections, origin);
  const leadingHere = matched.filter(({ leadsHere }) => leadsHere);
  if (leadingHere.length > 0) {
    const others = matched.filter(({ leadsHere }) => !leadsHere).map(({ name }) => name);
    return [
      ...leadingHere.flatMap((match) => judgeConnection(match, origin)),
      ...(others.length > 0 ? [skipped(`${others.join(', ')}: not pointed here`)] : []),
    ];
  }
  const names = matched.map(({ name }) => name).join(', ');
  if (isCustom) {
    return [
      ok(`${names}: not pointed here, which is fine if the tenant-level provider sends`),
      ...matched.flatMap(lifetimes),
    ];
  }
  const [only] = matched;
  if (matched.length === 1 && only !== undefined) return judgeConnection(only, origin);
  return [
    failed(
      `none of the SMS connections of ${domain} points here: ${names}`,
      `${CONNECT} --connection NAME points one here; with --dry-run it shows the change.`,
    ),
  ];
}

function lifetimes(match: Matched): Finding[] {
  return judgeConnection(match, undefined).filter(({ status }) => status === 'warning');
}

function phoneStateOf(phone: Extract<TenantLook, { kind: 'found' }>['phone']): PhoneState | undefined {
  return phone.kind === 'read' && phone.value.kind === 'found' ? phone.value.state : undefined;
}

function unreadable(failure: ManagementFailure, scopes: string[]): Finding {
  switch (failure.kind) {
    case 'missing_scope':
      return failed(
        `the tenant cannot be read: the scopes ${scopes.join(' and ')} are missing`,
        'Grant them to the application of AUTH0_CLIENT_ID for the Auth0 Management API.',
      );
    case 'bad_credentials':
      return failed(
        failure.message.replace(/\.$/, ''),
        'Correct AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or AUTH0_API_TOKEN), and AUTH0_DOMAIN.',
      );
    case 'rate_limited':
      return warning(failure.message.replace(/\.$/, ''), 'Run this again then.');
    default:
      return failed(
        failure.message.replace(/\.$/, ''),
        'Check AUTH0_DOMAIN and status.auth0.com, then run this again.',
      );
  }
}
