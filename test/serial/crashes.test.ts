import { randomInt } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playCrashes } from '../../packages/bench/src/proofs/crashes/episode.ts';
import { createDisposal } from '../support/disposal.ts';
import { startTestRedis } from '../support/test-redis.ts';
import { openRedis } from '../support/traces.ts';

const ROUNDS = 6;

test('whatever is killed whenever: every message that was answered 200 has one outcome, and the providers’ own records agree', async () => {
  const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
  process.stderr.write(`crash test: CRASH_SEED=${seed} plays this run again\n`);
  await using disposal = createDisposal();
  const redis = disposal.use(await startTestRedis({ mustControl: true }));
  const strike = async () => {
    await redis.kill();
    await redis.restart();
  };

  const { facts, violations } = await playCrashes({
    seed,
    rounds: ROUNDS,
    redis: {
      env: { REDIS_URL: redis.url },
      client: disposal.use(openRedis(redis.url)),
      disasters: [{ name: 'redis killed', strike }],
    },
    directory: await mkdtemp(join(tmpdir(), 'crashes-')),
  });

  expect(violations, `CRASH_SEED=${seed}`).toEqual([]);
  expect(facts.accepted).toBeGreaterThan(ROUNDS * 40);
  expect([...facts.strikes.values()].reduce((sum, count) => sum + count)).toBe(ROUNDS);
}, 240_000);
