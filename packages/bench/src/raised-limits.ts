import { ingressConfig } from './gateway-in-process.ts';

const NEVER_REACHED = 1_000_000_000;

/**
 * A configuration file with every rule that is on by default, over the same windows, and a maximum that is never reached:
 * a benchmark looks like an attack.
 */
export function raisedLimits({ isGuardRaised = true } = {}): string {
  const { limits, guard, spend } = ingressConfig({ screening: 'on' }).connection;
  const { country, ip } = guard;
  return JSON.stringify({
    limits: Object.fromEntries(Object.entries(limits).map(([scope, windows]) => [scope, raised(windows)])),
    ...(isGuardRaised && {
      guard: { country: raised(country), ip: { ...raised(ip), countries: ip.countries } },
    }),
    spend: raised(spend.overall),
  });
}

function raised(maxima: object): Record<string, number> {
  return Object.fromEntries(Object.keys(maxima).map((name) => [name, NEVER_REACHED]));
}
