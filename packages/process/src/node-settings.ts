/**
 * What the images, `npm start` and the benchmarks start each service with; a test holds the Dockerfile equal. The flags are
 * Node's own options (https://nodejs.org/api/cli.html), the variable is glibc's (mallopt(3)). docs/operations.md has
 * what they do to memory.
 */
export const NODE_SETTINGS = {
  flags: ['--max-semi-space-size=8', '--max-old-space-size=512'],
  env: { MALLOC_ARENA_MAX: '2' },
} as const;
