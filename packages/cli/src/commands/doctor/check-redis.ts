import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';
import type { ReplicationLook } from './look-at-redis.ts';

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
  const { durability, redis } = facts.ingress.config;
  if (look.reasons.length > 0) return look.reasons.map((reason) => failed(reason, adviceForReason(reason)));
  if (redis.kind === 'standalone') return [ok(PROMISES[durability.mode])];
  if (durability.mode === 'fsync' || durability.mode === 'none') {
    return [
      warning(
        `DURABILITY=${durability.mode}: every failover of ${redis.kind === 'cluster' ? 'the Cluster' : 'Sentinel'} loses codes that were answered 200`,
        'Set DURABILITY=replicated, or leave it out: it is the default with several nodes.',
      ),
    ];
  }
  return [ok(PROMISES[durability.mode]), ...checkReplication(look.replication)];
}

/** What keeps the promise, but stops the gateway earlier than necessary, or does not stop a primary that is cut off. */
function checkReplication(replication: ReplicationLook | undefined): Finding[] {
  if (replication === undefined) return [];
  const { replicas, minReplicasToWrite } = replication;
  const findings: Finding[] = [];
  if (replicas < 2) {
    findings.push(
      warning(
        `the primary has ${replicas === 1 ? 'one replica' : 'no replica'}: nothing is accepted while either is down`,
        'Add a second replica (in its redis.conf: replicaof HOST PORT; in a Cluster: redis-cli --cluster add-node … --cluster-slave).',
      ),
    );
  }
  if (minReplicasToWrite === 0) {
    findings.push(
      warning(
        'Redis has min-replicas-to-write 0: a primary that is cut off still accepts writes, which are lost',
        'Set "min-replicas-to-write 1" and "min-replicas-max-lag 10" in the redis.conf of every node.',
      ),
    );
  }
  if (replicas >= 2 && minReplicasToWrite >= replicas) {
    findings.push(
      warning(
        `Redis has min-replicas-to-write ${minReplicasToWrite} and ${replicas} replicas: it takes no writes while one is down`,
        'Set "min-replicas-to-write 1" in the redis.conf of every node.',
      ),
    );
  }
  return findings;
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
  if (/replicas online|replicas acknowledged/.test(reason)) {
    return 'Start the replicas, or add some (in redis.conf: replicaof HOST PORT); DURABILITY_REPLICAS says how many must have a message.';
  }
  return reason.includes('set "')
    ? 'Set it in the configuration file of Redis (or CONFIG SET and CONFIG REWRITE). Until then, the ingress answers 503.'
    : 'Until this is fixed, the ingress answers 503; see docs/operations.md.';
}
