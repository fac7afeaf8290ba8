import type { Replica } from './replication-info.ts';

/** Who could be promoted, as those who promote see it. */
export type FailoverView = {
  /** Why a promotion could go unseen, or is under way. None where all is well. */
  reasons: string[];
  /** The address of another node that is the primary by now. */
  elsewhere: string | undefined;
  /** Names those that could be promoted without what `acknowledged` have; none where a promotion loses nothing. */
  missing(online: readonly Replica[], acknowledged: readonly Replica[]): string[];
};

const addressesOf = (replicas: readonly Replica[]) => new Set(replicas.map(({ address }) => address));

/** Without Sentinel or Cluster, an operator promotes a replica: any of those that are connected to the primary. */
export function plainView(): FailoverView {
  return {
    reasons: [],
    elsewhere: undefined,
    missing: (online, acknowledged) => {
      const has = addressesOf(acknowledged);
      return online.map(({ address }) => address).filter((address) => !has.has(address));
    },
  };
}

/** One replica as one Sentinel sees it. */
export type Candidate = {
  address: string;
  /** Whether this Sentinel would promote it at all. */
  isEligible: boolean;
  /** Of two, the one with the lower is promoted. */
  priority: number;
  /** Of two with the same priority, the one with the higher is promoted. */
  offset: number;
};

/**
 * What several Sentinels would do. A replica must have acknowledged if one of them could choose it: it is eligible,
 * and either connected to the primary, so that it may catch up at any moment, or not behind one that has acknowledged.
 */
export function sentinelView(
  answers: readonly (readonly Candidate[])[],
  { reasons, elsewhere }: Pick<FailoverView, 'reasons' | 'elsewhere'>,
): FailoverView {
  const known = new Set(answers.flat().map(({ address }) => address));
  const eligible = new Set(
    answers.flatMap((answer) => answer.filter((one) => one.isEligible).map((one) => one.address)),
  );
  return {
    reasons,
    elsewhere,
    missing: (online, acknowledged) => {
      const has = addressesOf(acknowledged);
      const isOnline = addressesOf(online);
      const couldBeChosen = (address: string) =>
        answers.some((answer) => {
          const candidate = answer.find((one) => one.address === address);
          return (
            candidate?.isEligible === true &&
            !answer.some(
              (other) => other.isEligible && has.has(other.address) && isPreferred(other, candidate),
            )
          );
        });
      const required = [
        ...[...isOnline].filter((address) => eligible.has(address) || !known.has(address)),
        ...[...eligible].filter((address) => !isOnline.has(address) && couldBeChosen(address)),
      ];
      return required.filter((address) => !has.has(address));
    },
  };
}

function isPreferred(one: Candidate, other: Candidate): boolean {
  return one.priority < other.priority || (one.priority === other.priority && one.offset > other.offset);
}

/**
 * What a Cluster would do, from the answer of a shard's primary to CLUSTER NODES: any replica of the shard that the
 * majority does not consider failed may be elected. They are counted, not identified: a node may announce one address to the
 * cluster and another to its primary.
 */
export function clusterView(clusterNodes: string): FailoverView {
  const lines = clusterNodes
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([id = '', address = '', flags = '', of = '']) => ({ id, address, flags: flags.split(','), of }));
  const myself = lines.find(({ flags }) => flags.includes('myself'));
  const replicas = lines.filter(({ of, flags }) => of === myself?.id && !flags.includes('fail'));
  const addresses = replicas.map(({ address }) => address.split('@')[0] ?? address);
  return {
    reasons: [],
    elsewhere: undefined,
    missing: (_online, acknowledged) => {
      if (acknowledged.length >= replicas.length) return [];
      const has = addressesOf(acknowledged);
      return addresses.filter((address) => !has.has(address));
    },
  };
}
