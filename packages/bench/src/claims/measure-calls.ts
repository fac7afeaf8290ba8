import type { CostSample } from './cost-table.ts';

/** Makes `calls` calls, `atOnce` of them in hand at any time, and counts what they cost this process. */
export async function measureCalls(
  call: () => Promise<unknown>,
  { calls, atOnce }: { calls: number; atOnce: number },
): Promise<CostSample> {
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
    perSecond: (calls / (performance.now() - startedAt)) * 1000,
    cpuUs: (user + system) / calls,
  };
}
