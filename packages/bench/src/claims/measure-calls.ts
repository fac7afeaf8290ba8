import type { Figures } from '../rounds.ts';

/** Makes `calls` calls, `atOnce` of them at any time, and measures what they cost this process. */
export async function measureCalls(
  call: () => Promise<unknown>,
  { calls, atOnce }: { calls: number; atOnce: number },
): Promise<Figures> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let left = calls;
  const callOn = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, callOn));
  const { user, system } = process.cpuUsage(before);
  return {
    'calls/s': (calls / (performance.now() - startedAt)) * 1000,
    'CPU us/call': (user + system) / calls,
  };
}
