import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { databasesOf } from './test/support/redis-databases.ts';
import { HANG_MS } from './test/support/hang.ts';
import { openRunFolder } from './test/support/run-folder.mjs';

// For those who run vitest without `npm test`.
openRunFolder();

const cores = availableParallelism();
const sharedRedis = process.env['REDIS_URL'];
const databases = sharedRedis ? databasesOf(sharedRedis).length : Infinity;

/**
 * Files share the modules of their worker, of which loading costs more than most tests do: a file leaves no process,
 * listener or environment variable behind. Time-outs are for hangs: whatever a busy machine takes must fit.
 */
const project = (test: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration => ({
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    pool: 'forks',
    isolate: false,
    setupFiles: ['test/support/end-with-runner.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: HANG_MS, interval: 20 } },
    ...test,
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      project({
        name: 'unit',
        include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts'],
        testTimeout: 20_000,
        maxWorkers: cores,
        sequence: { groupOrder: 0 },
      }),
      project({
        name: 'behaviour',
        include: ['test/*.test.ts'],
        globalSetup: ['test/support/global-setup.ts'],
        // They wait for Redis, sockets and timers more than they compute.
        maxWorkers: Math.min(2 * cores, 8, databases),
        sequence: { groupOrder: 1 },
      }),
      project({
        name: 'serial',
        include: ['test/serial/*.test.ts'],
        globalSetup: ['test/support/global-setup.ts'],
        maxWorkers: 1,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
});
