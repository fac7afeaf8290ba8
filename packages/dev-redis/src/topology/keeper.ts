import { type ChildProcess, spawn } from 'node:child_process';

/** Ends the processes in its care when its owner is gone, even if the owner was killed. */
export type Keeper = {
  /** SIGTERM is for a process that must end others first. */
  keep(pid: number, signal?: KeeperSignal): void;
  release(pid: number): void;
  /** Ends the remaining processes, and itself. */
  stop(): void;
};

export type KeeperSignal = 'SIGKILL' | 'SIGTERM';

// Each line lists all processes to end, so the last one counts. The input ends with the owner, even if the owner was killed.
const PROGRAM = `
  while IFS='|' read -r kill ask; do killed=$kill; asked=$ask; done
  [ -z "$killed" ] || kill -KILL $killed
  [ -z "$asked" ] || kill -TERM $asked
`;

export function startKeeper(): Keeper {
  // A separate process group, so that Ctrl-C in a terminal does not end the keeper first.
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
