import { randomFillSync } from 'node:crypto';

// Fetching random bytes costs the same for a dozen as for some kilobytes.
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random bytes that nobody else gets, for ids and nonces: at most 4096. For keys, use `randomBytes` of node:crypto. */
export function pooledRandomBytes(length: number): Buffer {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += length;
  return Buffer.from(pool.subarray(used - length, used));
}
