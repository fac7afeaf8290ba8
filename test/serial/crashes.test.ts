import { randomInt } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playCrashes } from '../../packages/bench/src/proofs/crashes/episode.ts';
import type { RedisBinary } from '../../packages/dev-redis/src/fetch-debian-redis.ts';
import { createDisposal } from '../support/disposal.ts';
import { enginesToControl, startTestRedis } from '../support/test-redis.ts';
import { openRedis } from '../support/traces.ts';

async function play({
  binary,
  ...options
}: {
  binary?: RedisBinary | undefined;
  seed: number;
  rounds: number;
  answersEarly?: boolean;
}) {
  await using disposal = createDisposal();
  const redis = disposal.use(await startTestRedis({ mustControl: true, binary }));
  const strike = async () => {
    await redis.kill();
    await redis.restart();
  };
  return await playCrashes({
    ...options,
    redis: {
      env: { REDIS_URL: redis.url },
      client: disposal.use(openRedis(redis.url)),
      disasters: [{ name: 'redis killed', kind: 'kill', strike }],
    },
    directory: await mkdtemp(join(tmpdir(), 'crashes-')),
  });
}

test.each(enginesToControl())(
  'on $name, whatever is killed whenever: every message that was answered 200 has one outcome, and the providers’ own records agree',
  async ({ binary }) => {
    const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
    process.stderr.write(`crash test: CRASH_SEED=${seed} plays this run again\n`);
    // Each kind of strike, and one of them again.
    const rounds = 6;
    const { facts, violations } = await play({ binary, seed, rounds });

    expect(violations, `CRASH_SEED=${seed}`).toEqual([]);
    expect(facts.lost).toBe(0);
    expect(facts.accepted).toBeGreaterThan(rounds * 40);
    expect(facts.strikes).toHaveLength(rounds);
  },
  240_000,
);

test('the losses of an ingress that answers 200 before it writes are found', async () => {
  // This seed kills the ingress, then Redis.
  const { facts, violations } = await play({ seed: 9, rounds: 2, answersEarly: true });

  expect(facts.strikes.map(({ name }) => name)).toEqual(['ingress killed', 'redis killed']);
  expect(facts.lost).toBeGreaterThan(0);
  expect(violations).toHaveLength(facts.lost);
  expect(violations[0]).toMatch(/^msg_\S+ was answered 200 and is lost$/);
}, 120_000);
