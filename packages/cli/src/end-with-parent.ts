/**
 * Loaded before a service's own program: when the process that started it is gone, however it died, its end of the
 * pipe closes, and the service drains as if it had been asked to.
 */
process.stdin.once('close', () => process.kill(process.pid, 'SIGTERM')).resume();
// The pipe alone must not keep the service alive. It is a socket, which the general type does not say.
if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
