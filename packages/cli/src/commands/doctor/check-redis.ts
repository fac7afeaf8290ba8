import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped } from './finding.ts';

const PROMISES = {
  fsync: 'a message is on its disk before the ingress answers 200',
  replicated: 'a message is on its disk and on its replicas before the ingress answers 200',
  managed: 'it accepts messages; you vouch that it keeps them (DURABILITY=managed)',
  none: 'it accepts messages, but keeps them in memory only (DURABILITY=none)',
};

/** Whether Redis keeps what a 200 promises, as the ingress sees it. */
export async function checkRedis(facts: Pick<Facts, 'ingress' | 'redis' | 'isDev'>): Promise<Finding[]> {
  const look = await facts.redis();
  if (facts.ingress.kind !== 'loaded' || look === undefined) {
    return [skipped('the configuration of the ingress cannot be used')];
  }
  if (look.kind === 'unreachable') {
    return [failed(`Redis cannot be used: ${look.code}`, adviceFor(look.code, facts.isDev))];
  }
  if (look.reasons.length === 0) return [ok(PROMISES[facts.ingress.config.durability.mode])];
  return look.reasons.map((reason) => failed(reason, adviceForReason(reason)));
}

function adviceFor(code: string, isDev: boolean): string {
  if (/^(NOAUTH|WRONGPASS|NOPERM)$/.test(code)) {
    return 'Put the user and password of Redis into REDIS_URL; write special characters as %XX.';
  }
  if (/CERT|SSL|TLS|SELF_SIGNED|ALTNAME/.test(code)) {
    return 'Compare the certificate of Redis with the host name in REDIS_URL; for a private certificate authority, set NODE_EXTRA_CA_CERTS.';
  }
  return isDev
    ? 'Start the gateway: npm start.'
    : 'Start Redis, or correct REDIS_URL. Until then, the ingress answers 503.';
}

function adviceForReason(reason: string): string {
  return reason.includes('set "')
    ? 'Set it in the configuration file of Redis (or CONFIG SET and CONFIG REWRITE). Until then, the ingress answers 503.'
    : 'Until this is fixed, the ingress answers 503; see docs/operations.md.';
}
