import { describe, expect, test } from 'vitest';
import { type Candidate, clusterView, plainView, sentinelView } from './failover-view.ts';

const replica = (address: string) => ({ address, offset: 100 });
const candidate = (address: string, more: Partial<Candidate> = {}): Candidate => ({
  address,
  isEligible: true,
  priority: 100,
  offset: 100,
  ...more,
});
const [A, B] = ['10.0.0.1:6379', '10.0.0.2:6379'];

test('without Sentinels, every replica that is connected must acknowledge', () => {
  expect(plainView().missing([replica(A), replica(B)], [replica(A)])).toEqual([B]);
  expect(plainView().missing([replica(A)], [replica(A)])).toEqual([]);
});

describe('behind Sentinel, one replica has acknowledged and the other', () => {
  const missing = (answers: Candidate[][], online = [replica(A), replica(B)]) =>
    sentinelView(answers, { reasons: [], elsewhere: undefined }).missing(online, [replica(A)]);
  const both = (other: Partial<Candidate>) => [candidate(A), candidate(B, other)];

  test.each<[string, Candidate[][], string[]]>([
    ['is eligible', [both({})], [B]],
    ['is held for down by all Sentinels', [both({ isEligible: false }), both({ isEligible: false })], []],
    ['is eligible for one Sentinel of two', [both({ isEligible: false }), both({})], [B]],
    ['is unknown to the Sentinels', [[candidate(A)]], [B]],
    ['may catch up at any moment, though it is behind', [both({ offset: 50 })], [B]],
  ])('%s', (_name, answers, expected) => {
    expect(missing(answers)).toEqual(expected);
  });

  test.each<[string, Candidate[][], string[]]>([
    ['and not behind for one Sentinel', [both({ offset: 50 }), both({})], [B]],
    ['and behind for all', [both({ offset: 50 }), both({ offset: 50 })], []],
    ['and behind, but preferred', [both({ offset: 50, priority: 10 })], [B]],
    ['and ahead, but of a lesser priority', [both({ offset: 500, priority: 200 })], []],
  ])('is not connected, %s', (_name, answers, expected) => {
    expect(missing(answers, [replica(A)])).toEqual(expected);
  });
});

describe('in a Cluster, the replicas of a shard must acknowledge', () => {
  const nodes = (flags: string) =>
    `${[
      'aaa 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-5460',
      `bbb 10.0.0.2:6379@16379 ${flags} aaa 0 0 1 connected`,
      'ccc 10.0.0.3:6379@16379 slave aaa 0 0 1 connected',
      'ddd 10.0.0.4:6379@16379 master - 0 0 2 connected 5461-16383',
      'eee 10.0.0.5:6379@16379 slave ddd 0 0 2 connected',
    ].join('\n')}\n`;

  test.each([
    ['slave', ['10.0.0.2:6379']],
    ['slave,fail?', ['10.0.0.2:6379']],
    ['slave,fail', []],
  ])('where one has the flags %s', (flags, missing) => {
    expect(clusterView(nodes(flags)).missing([], [replica('10.0.0.3:6379')])).toEqual(missing);
  });

  test('counted, whatever address they have for their primary', () => {
    const acknowledged = [replica('172.17.0.2:6379'), replica('172.17.0.3:6379')];
    expect(clusterView(nodes('slave')).missing([], acknowledged)).toEqual([]);
  });
});
