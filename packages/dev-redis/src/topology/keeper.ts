import { type ChildProcess, spawn } from 'node:child_process';

/** Ends the processes it was told of when its owner is gone, however the owner ended. */
export type Keeper = {
  /** SIGTERM is for a process that has others to end first. */
  keep(pid: number, signal?: KeeperSignal): void;
  release(pid: number): void;
  /** Ends what is left, and itself. */
  stop(): void;
};

export type KeeperSignal = 'SIGKILL' | 'SIGTERM';

// Each line is all there is to end, so the last one counts. Its input ends with the owner, also where that one was killed.
const PROGRAM = `
  while IFS='|' read -r kill ask; do killed=$kill; asked=$ask; done
  [ -z "$killed" ] || kill -KILL $killed
  [ -z "$asked" ] || kill -TERM $asked
`;

export function startKeeper(): Keeper {
  // In a group of its own, so that Ctrl-C in a terminal does not end it before those it keeps.
  const shell: ChildProcess = spawn('sh', ['-c', PROGRAM], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  const kept = new Map<number, KeeperSignal>();
  const tell = () => {
    const pids = (wanted: KeeperSignal) =>
      [...kept].flatMap(([pid, signal]) => (signal === wanted ? [pid] : [])).join(' ');
    shell.stdin?.write(`${pids('SIGKILL')}|${pids('SIGTERM')}\n`);
  };
  return {
    keep: (pid, signal = 'SIGKILL') => {
      kept.set(pid, signal);
      tell();
    },
    release: (pid) => {
      if (kept.delete(pid)) tell();
    },
    stop: () => void shell.stdin?.end(),
  };
}
