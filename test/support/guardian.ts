import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type Keeper, type KeeperSignal, startKeeper } from '../../packages/dev-redis/src/topology/keeper.ts';

/** Of this worker: vitest ends its workers without a chance to await anything, and Ctrl-C ends vitest like that. */
let keeper: Keeper | undefined;

/** Ends a process when this one is gone. The function it returns says that the process has ended by itself. */
export function guard(pid: number, signal?: KeeperSignal): () => void {
  const own = (keeper ??= startKeeper());
  own.keep(pid, signal);
  return () => own.release(pid);
}

/** Guards a process for as long as it runs. */
export function guardChild<Child extends ChildProcess>(child: Child, signal?: KeeperSignal): Child {
  if (child.pid === undefined) return child;
  const release = guard(child.pid, signal);
  void once(child, 'exit').then(release, release);
  return child;
}
