import type { RuleMode } from './rules.ts';

/** In the order in which guard-rules.lua counts them. */
export const GUARD_RULES = [
  'guard_country_hour',
  'guard_country_day',
  'guard_ip_hour',
  'guard_ip_day',
  'guard_ip_countries',
] as const;

/** How the guard judges. A floor is how many unused codes are always allowed; undefined switches a rule off. */
export type GuardPlan = {
  mode: RuleMode;
  country: { hour: number | undefined; day: number | undefined };
  ip: { hour: number | undefined; day: number | undefined; countries: number | undefined };
};
