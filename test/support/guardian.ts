import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Vitest ends its workers without a chance to await anything, and Ctrl-C or a crash ends vitest in the same way. So a
 * shell, in a session of its own, waits for our end of its pipe to close, and then ends what we still had.
 */
const script = `
  while IFS='|' read -r kill ask; do killed=$kill; asked=$ask; done
  [ -z "$killed" ] || kill -KILL $killed
  [ -z "$asked" ] || kill -TERM $asked
`;

const guarded = new Map<number, 'SIGKILL' | 'SIGTERM'>();
let shell: ChildProcess | undefined;

/** Ends a process when this one is gone. The function it returns says that the process has ended by itself. */
export function guard(pid: number, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): () => void {
  guarded.set(pid, signal);
  tell();
  return () => {
    if (guarded.delete(pid)) tell();
  };
}

/** Guards a process for as long as it runs. */
export function guardChild<Child extends ChildProcess>(child: Child, signal?: 'SIGKILL' | 'SIGTERM'): Child {
  if (child.pid === undefined) return child;
  const release = guard(child.pid, signal);
  void once(child, 'exit').then(release, release);
  return child;
}

function tell(): void {
  shell ??= start();
  const pids = (wanted: string) =>
    [...guarded].flatMap(([pid, signal]) => (signal === wanted ? [pid] : [])).join(' ');
  shell.stdin?.write(`${pids('SIGKILL')}|${pids('SIGTERM')}\n`);
}

function start(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  // A socket, which the general type does not say.
  if (child.stdin !== null && 'unref' in child.stdin && typeof child.stdin.unref === 'function')
    child.stdin.unref();
  return child;
}
