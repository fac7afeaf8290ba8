import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

/** The ingress tolerates 30 s of clock skew in tokens (services/ingress/src/auth/authenticator.ts). */
const FAIL_FROM_MS = 30_000;
const WARN_FROM_MS = 5_000;

/** How far another clock is ahead of this machine's. */
type Clock = { owner: string; skewMs: number };

/** Compares this machine's clock with those of the systems that other checks contact. */
export async function checkClock(facts: Pick<Facts, 'redis' | 'probes' | 'providers'>): Promise<Finding[]> {
  const [redis, probes, providers] = await Promise.all([facts.redis(), facts.probes(), facts.providers()]);
  const gatewaySkews = probes.flatMap(({ result }) =>
    'clockSkewMs' in result && result.clockSkewMs !== undefined ? [result.clockSkewMs] : [],
  );
  return judgeClocks([
    ...(redis?.kind === 'looked' ? [{ owner: 'Redis', skewMs: redis.skewMs }] : []),
    ...gatewaySkews.map((skewMs) => ({ owner: 'the gateway', skewMs })),
    ...providers.flatMap((asked) =>
      'skewMs' in asked && asked.skewMs !== undefined
        ? [{ owner: asked.provider, skewMs: asked.skewMs }]
        : [],
    ),
  ]);
}

export function judgeClocks(clocks: readonly Clock[]): Finding[] {
  const worstOf = (owner: string) =>
    clocks
      .filter((clock) => clock.owner === owner)
      .reduce((worst, clock) => (Math.abs(clock.skewMs) > Math.abs(worst.skewMs) ? clock : worst));
  const owners = [...new Set(clocks.map(({ owner }) => owner))].map(worstOf);
  if (owners.length === 0) return [skipped('no system answered whose clock could be compared')];
  const wrong = owners.filter(({ skewMs }) => Math.abs(skewMs) >= WARN_FROM_MS);
  if (wrong.length === 0) {
    return [ok(`this machine agrees with ${owners.map(({ owner }) => owner).join(', ')} within 5 s`)];
  }
  return wrong.map(({ owner, skewMs }) => {
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    const isFatal = Math.abs(skewMs) >= FAIL_FROM_MS;
    const finding = `the clock of ${owner} is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's`;
    const advice =
      wrong.length > 1 && wrong.length === owners.length
        ? "All others differ, so this machine's clock is wrong: switch on time synchronisation (timedatectl set-ntp true)."
        : 'Switch on time synchronisation (NTP) on both: beyond 30 s tokens are refused, and deadlines are wrong.';
    return isFatal ? failed(finding, advice) : warning(finding, advice);
  });
}
