/**
 * Loaded before a measured program's own code: answers what the process has used so far, and ends it when the
 * benchmark is gone.
 */
export type Usage = {
  /** Microseconds of CPU time, user and system, of all threads. */
  cpuUs: number;
  rssBytes: number;
};

process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  process.send?.({ usage: { cpuUs: user + system, rssBytes: process.memoryUsage.rss() } satisfies Usage });
});
process.on('disconnect', () => process.exit(1));
// Being watched must not keep a program alive that wants to end.
process.channel?.unref();
