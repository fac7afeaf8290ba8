/** Loaded before each test file: a worker whose vitest is gone, however that died, goes too. */
const isWatching = Symbol.for('sms-gateway.end-with-runner');

if (!(isWatching in globalThis)) {
  Object.assign(globalThis, { [isWatching]: true });
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}
