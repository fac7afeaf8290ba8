/**
 * What the images, `npm start` and the benchmarks start each service with; a test holds the Dockerfile equal. The flags are
 * Node's options (https://nodejs.org/api/cli.html), the variable is glibc's (mallopt(3)). docs/operations.md has
 * what they do to memory and CPU. `--no-parallel-scavenge` is an option of V8 (`node --v8-options`).
 */
export const NODE_SETTINGS = {
  flags: ['--max-semi-space-size=8', '--max-old-space-size=512', '--no-parallel-scavenge'],
  env: { MALLOC_ARENA_MAX: '2' },
} as const;
