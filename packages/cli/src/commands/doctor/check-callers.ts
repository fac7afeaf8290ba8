import type { CallerFault } from '@sms-gateway/contract';
import type { Facts } from './facts.ts';
import { type Finding, ok, skipped, warning } from './finding.ts';

const MEANINGS: Record<CallerFault, { finding: string; advice: string }> = {
  unparsable_address: {
    finding: 'req.ip is not an IP address, so the limits per address do not apply',
    advice: 'Have the caller send only the address, as Auth0 does if forward_req_info is on.',
  },
  ignored_fields: {
    finding: 'an optional field is malformed and ignored',
    advice: 'gateway_ignored_fields_total and ignoredFields in the log of the ingress name the field.',
  },
  unrendered_variable: {
    finding: 'users get a text with an unrendered template variable',
    advice:
      'Correct the template at Auth0; its syntax must be the one that is set there (liquid or md_with_macros).',
  },
  no_code: {
    finding: 'a text that should contain a code has none',
    advice: 'Put {{ code }} (liquid) or @@password@@ (md_with_macros) into the template at Auth0.',
  },
};

/** Faults in what callers sent within the last seven days, as the ingress recorded them. */
export async function checkCallers(facts: Pick<Facts, 'redis'>): Promise<Finding[]> {
  const look = await facts.redis();
  if (look?.kind !== 'looked') return [skipped('Redis, which records it, cannot be read')];
  if (look.callerFaults.length === 0) return [ok('nothing malformed arrived in the last seven days')];
  return look.callerFaults.map(({ fault, connection, at }) => {
    const { finding, advice } = MEANINGS[fault];
    return warning(`${connection}: ${finding}; last at ${new Date(at).toISOString()}`, advice);
  });
}
