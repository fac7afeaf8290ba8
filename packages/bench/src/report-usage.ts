import { readFileSync } from 'node:fs';

/**
 * Loaded before a measured program's own code: tells on request, and at the end, what the process has used so far, and
 * ends it when the benchmark is gone.
 */
export type Usage = {
  /** Microseconds of CPU time, user and system, of all threads. */
  cpuUs: number;
  rssBytes: number;
  /** The largest so far. */
  peakRssBytes: number;
};

/** `ru_maxrss` begins with the memory of the process that spawned this one, on Linux; `VmHWM` does not. */
function peakRssBytes(maxRssKib: number): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? maxRssKib) * 1024;
}

function report(): void {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage: Usage = {
    cpuUs: userCPUTime + systemCPUTime,
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: peakRssBytes(maxRSS),
  };
  if (process.connected) process.send?.({ usage });
}

process.on('message', (message) => {
  if (message === 'usage') report();
});
process.on('exit', report);
process.on('disconnect', () => process.exit(1));
// A program that wants to end must not be kept alive by being watched.
process.channel?.unref();
