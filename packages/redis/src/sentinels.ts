import { connectSentinel, parseAddress, type Sentinel, type SentinelConfig } from './connect.ts';
import { type Candidate, type FailoverView, sentinelView } from './failover-view.ts';
import { reasonOf, sentinelPeer } from './refusal.ts';

export type Sentinels = {
  /** Asks all of them who is the primary and who could be the next. `primary` is where we are connected. */
  look(primary: { address: string; runId: string }): Promise<FailoverView>;
  stop(): void;
};

/** Milliseconds without a PONG after which no Sentinel promotes a replica (sentinelSelectSlave in sentinel.c). */
const SILENT_MS = 5000;
/** Of down-after-milliseconds: how long a replica may have been without its primary to be promoted (ibid.). */
const LINK_DOWN_FACTOR = 10;

type Answer = {
  primary: string;
  runId: string;
  isFailingOver: boolean;
  quorum: number;
  others: string[];
  candidates: Candidate[];
};

/**
 * Watches all Sentinels of a primary, those too that only another Sentinel names. Only with the answers of a majority
 * is it certain that no replica is promoted unnoticed.
 */
export function createSentinels(config: SentinelConfig): Sentinels {
  const sentinels = new Map<string, Sentinel>();
  const add = (address: string) => {
    if (sentinels.has(address)) return;
    sentinels.set(address, connectSentinel(parseAddress(address), config));
  };
  for (const { host, port } of config.nodes) add(`${host}:${port}`);

  async function ask(sentinel: Sentinel): Promise<Answer> {
    const [primary, replicas, others] = await Promise.all([
      sentinel.ask('MASTER', config.name).then(fieldsOf),
      sentinel.ask('REPLICAS', config.name).then(listOf),
      sentinel.ask('SENTINELS', config.name).then(listOf),
    ]);
    const number = (name: string) => Number(primary[name] ?? 0);
    return {
      primary: addressOf(primary),
      runId: primary['runid'] ?? '',
      isFailingOver: (primary['flags'] ?? '').includes('failover_in_progress'),
      quorum: number('quorum'),
      others: others.map(addressOf),
      candidates: replicas.map((replica) => candidateOf(replica, number('down-after-milliseconds'))),
    };
  }

  return {
    look: async ({ address, runId }) => {
      const refusals: string[] = [];
      const asked = await Promise.all(
        [...sentinels].map(([name, sentinel]) =>
          ask(sentinel).catch((error: unknown) => {
            const reason = reasonOf(error, sentinelPeer(name));
            if (reason !== undefined) refusals.push(reason);
            return undefined;
          }),
        ),
      );
      const answers = asked.filter((answer) => answer !== undefined);
      for (const other of answers.flatMap(({ others }) => others)) add(other);

      const count = 1 + Math.max(0, ...answers.map(({ others }) => others.length));
      const majority = Math.floor(count / 2) + 1;
      const isOurs = (answer: Answer) => answer.primary === address || answer.runId === runId;
      const agreeing = answers.filter(isOurs).length;
      const elsewhere = answers.find((answer) => !isOurs(answer))?.primary;
      const reasons: string[] = [];
      if (answers.length < majority) {
        reasons.push(
          ...refusals,
          `${answers.length} of ${count} Sentinels answer, a majority is ${majority}: without it a failover could go unseen; see the Sentinels of REDIS_SENTINELS`,
        );
      } else if (answers.some(({ isFailingOver }) => isFailingOver) || agreeing < majority) {
        reasons.push('A failover is under way');
      }
      const quorum = Math.min(...answers.map((answer) => answer.quorum));
      if (quorum < majority) {
        reasons.push(
          `Sentinel needs ${quorum} of ${count} to hold ${config.name} for down: set "sentinel monitor ${config.name} … ${majority}"`,
        );
      }
      return sentinelView(
        answers.map(({ candidates }) => candidates),
        { reasons, elsewhere: answers.length - agreeing >= majority ? elsewhere : undefined },
      );
    },
    stop: () => {
      for (const sentinel of sentinels.values()) sentinel.close();
    },
  };
}

function candidateOf(replica: Record<string, string>, downAfterMs: number): Candidate {
  const number = (name: string) => Number(replica[name] ?? 0);
  const priority = number('slave-priority');
  return {
    address: addressOf(replica),
    isEligible:
      !/s_down|o_down|disconnected/.test(replica['flags'] ?? '') &&
      priority > 0 &&
      number('last-ok-ping-reply') <= SILENT_MS &&
      number('master-link-down-time') <= downAfterMs * LINK_DOWN_FACTOR,
    priority,
    offset: number('slave-repl-offset'),
  };
}

const addressOf = (fields: Record<string, string>) => `${fields['ip']}:${fields['port']}`;

/** From names and values in turn. */
function fieldsOf(answer: unknown): Record<string, string> {
  if (!Array.isArray(answer)) return {};
  const flat = answer.map(String);
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])));
}

function listOf(answer: unknown): Record<string, string>[] {
  return Array.isArray(answer) ? answer.map(fieldsOf) : [];
}
