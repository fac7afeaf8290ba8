import { type ChildProcess, spawn } from 'node:child_process';

/** Kills the processes it was told of when its owner is gone, however the owner ended. */
export type Keeper = {
  keep(pid: number): void;
  release(pid: number): void;
  /** Kills what is left, and ends. */
  stop(): void;
};

// Its input ends with the owner, also where that one was killed.
const PROGRAM = `
  kept=' '
  while read -r what pid; do
    case $what in
      keep) kept="$kept$pid " ;;
      release) kept="\${kept%% $pid *} \${kept#* $pid }" ;;
    esac
  done
  for pid in $kept; do kill -KILL "$pid" 2>/dev/null; done
`;

export function startKeeper(): Keeper {
  // In a group of its own, so that Ctrl-C in a terminal does not end it before those it keeps.
  const shell: ChildProcess = spawn('sh', ['-c', PROGRAM], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  const tell = (line: string) => void shell.stdin?.write(`${line}\n`);
  return {
    keep: (pid) => tell(`keep ${pid}`),
    release: (pid) => tell(`release ${pid}`),
    stop: () => void shell.stdin?.end(),
  };
}
