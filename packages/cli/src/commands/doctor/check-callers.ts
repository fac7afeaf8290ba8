import type { CallerFault } from '@sms-gateway/contract';
import type { Facts } from './facts.ts';
import { type Finding, ok, skipped, warning } from './finding.ts';

const MEANINGS: Record<CallerFault, { finding: string; advice: string }> = {
  unparsable_address: {
    finding: 'req.ip holds no address, so no limit for addresses applies',
    advice: 'Let the caller send the address alone, as Auth0 does where forward_req_info is on.',
  },
  ignored_fields: {
    finding: 'a field that only informs is malformed, and is ignored',
    advice: 'gateway_ignored_fields_total and ignoredFields in the log of the ingress name it.',
  },
  unrendered_variable: {
    finding: 'users get a text with an unresolved variable of the template',
    advice:
      'Correct the template at Auth0; its syntax (liquid or md_with_macros) must be the one that is set there.',
  },
  no_code: {
    finding: 'a text that should carry a code has none',
    advice: 'Put {{ code }} (liquid) or @@password@@ (md_with_macros) into the template at Auth0.',
  },
};

/** What callers sent malformed within the last seven days, as the ingress wrote it down. */
export async function checkCallers(facts: Pick<Facts, 'redis'>): Promise<Finding[]> {
  const look = await facts.redis();
  if (look?.kind !== 'looked') return [skipped('Redis, where it is written down, cannot be looked at')];
  if (look.callerFaults.length === 0) return [ok('nothing malformed came within seven days')];
  return look.callerFaults.map(({ fault, connection, at }) => {
    const { finding, advice } = MEANINGS[fault];
    return warning(`${connection}: ${finding}; last at ${new Date(at).toISOString()}`, advice);
  });
}
