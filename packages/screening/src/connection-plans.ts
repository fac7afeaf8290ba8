import { createScreeningPlan, ruleOf, type ScreeningPlan } from './screening-plan.ts';
import type { ConnectionConfig, IngressConfig } from '@sms-gateway/config';
import { limitGroups, type LimitScope } from './limits.ts';
import { spendGroups } from './spend.ts';

type ConnectionPlan = {
  plan: ScreeningPlan;
  /** What the plan's first groups are counted for. */
  scopes: LimitScope[];
  /** What its other groups are counted under. */
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
    return { plan: createScreeningPlan([], undefined), scopes: [], spendKeys: [] };
  }
  const ruleMode = mode === 'on' ? 'enforce' : 'record';
  const { limits, guard } = connection;
  const groups = limitGroups(limits, { mode: ruleMode, hasIp });
  const spend = spendGroups(connection, ruleMode);
  const isGuarded = isCode && guard.mode !== 'off';
  const guardMode = ruleMode === 'enforce' && guard.mode === 'enforce' ? 'enforce' : 'record';
  return {
    plan: createScreeningPlan(
      [...groups.map((group) => group.limits), ...spend.map(({ limit }) => [limit])],
      isGuarded ? { mode: guardMode, country: guard.country, ip: guard.ip } : undefined,
    ),
    scopes: groups.map(({ scope }) => scope),
    spendKeys: spend.map(({ key }) => key),
  };
}

/** The limits of a connection as they are in effect, the spend caps among them. */
export function describeLimits(
  connection: ConnectionConfig,
  mode: Mode,
): { connection: string; rule: string; mode: string; max: string }[] {
  const { plan } = connectionPlans(connection, mode)(true, true);
  return plan.data.groups
    .flatMap(({ maxima, counts }) => maxima.map((max) => `${max} ${counts}`))
    .map((max, index) => ({ connection: connection.name, ...ruleOf(plan, index + 1), max }));
}
