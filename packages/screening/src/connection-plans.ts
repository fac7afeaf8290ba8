import { createScreeningPlan, ruleOf, type ScreeningPlan } from './screening-plan.ts';
import type { ConnectionConfig, IngressConfig } from '@sms-gateway/config';
import { isShared, limitGroups, type SharedScope } from './limits.ts';
import { spendGroups } from './spend.ts';

type ConnectionPlan = {
  plan: ScreeningPlan;
  /** Whether it limits ranges of numbers. */
  limitsPrefix: boolean;
  /** The scopes of its first shared groups. */
  sharedScopes: SharedScope[];
  /** The keys of its other shared groups. */
  spendKeys: string[];
};
type Plans = (hasIp: boolean, isCode: boolean) => ConnectionPlan;
type Mode = IngressConfig['screening'];

const plansOf = new WeakMap<ConnectionConfig, Map<Mode, Plans>>();

/** The plans of a connection as it is configured now, each made when it is first needed. */
export function connectionPlans(connection: ConnectionConfig, mode: Mode): Plans {
  const known = plansOf.get(connection) ?? new Map<Mode, Plans>();
  plansOf.set(connection, known);
  const plans = known.get(mode) ?? createPlans(connection, mode);
  known.set(mode, plans);
  return plans;
}

function createPlans(connection: ConnectionConfig, mode: Mode): Plans {
  const made = new Map<string, ConnectionPlan>();
  return (hasIp, isCode) => {
    const kind = `${hasIp} ${isCode}`;
    const plan = made.get(kind) ?? createPlan(connection, mode, { hasIp, isCode });
    made.set(kind, plan);
    return plan;
  };
}

function createPlan(
  connection: ConnectionConfig,
  mode: Mode,
  { hasIp, isCode }: { hasIp: boolean; isCode: boolean },
): ConnectionPlan {
  if (mode === 'off') {
    return { plan: createScreeningPlan([], undefined), limitsPrefix: false, sharedScopes: [], spendKeys: [] };
  }
  const ruleMode = mode === 'on' ? 'enforce' : 'record';
  const { limits, guard } = connection;
  const groups = limitGroups(limits, { mode: ruleMode, hasIp });
  const scopes = groups.map(({ scope }) => scope);
  const spend = spendGroups(connection, ruleMode);
  const isGuarded = isCode && guard.mode !== 'off';
  const guardMode = ruleMode === 'enforce' && guard.mode === 'enforce' ? 'enforce' : 'record';
  return {
    plan: createScreeningPlan(
      [...groups.map((group) => group.limits), ...spend.map(({ limit }) => [limit])],
      isGuarded ? { mode: guardMode, country: guard.country, ip: guard.ip } : undefined,
    ),
    limitsPrefix: scopes.includes('prefix'),
    sharedScopes: scopes.filter(isShared),
    spendKeys: spend.map(({ key }) => key),
  };
}

/** The limits of a connection as they are in effect, the spend caps among them. */
export function describeLimits(
  connection: ConnectionConfig,
  mode: Mode,
): { connection: string; rule: string; mode: string; max: string }[] {
  const { plan } = connectionPlans(connection, mode)(true, true);
  return [...plan.data.own, ...plan.data.shared].flatMap(({ maxima, counts, before }) =>
    maxima.map((max, index) => ({
      connection: connection.name,
      ...ruleOf(plan, before + index + 1),
      max: `${max} ${counts}`,
    })),
  );
}
