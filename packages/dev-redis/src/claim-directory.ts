import { writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { commandLineOf } from './command-line-of.ts';
import { codeOf } from './error-facts.ts';

const recordSchema = z.object({
  owner: z.object({ pid: z.number(), commandLine: z.string() }),
  process: z.object({ pid: z.number(), port: z.number() }).optional(),
});

type Record = z.infer<typeof recordSchema>;

/** The process that a claim's owner started on the directory. */
export type ClaimedProcess = NonNullable<Record['process']>;

export type Claim = {
  /** Synchronous, so that this process cannot end between starting the process and recording it. */
  note(process: ClaimedProcess): void;
  release(): Promise<void>;
};

/**
 * Claims a data directory for this process, because two Redis servers would corrupt one append-only file. If a dead owner
 * left a server running, `stopLeftOver` stops it first. @throws {Error} if another live process has the directory.
 */
export async function claimDirectory(
  directory: string,
  stopLeftOver: (process: ClaimedProcess) => Promise<void>,
): Promise<Claim> {
  const file = join(directory, 'claim.json');
  const owner = { pid: process.pid, commandLine: (await commandLineOf(process.pid)) ?? '' };
  const write = (record: Record, flag: 'w' | 'wx') =>
    writeFileSync(file, JSON.stringify(record), { mode: 0o600, flag });

  for (let isOurs = false; !isOurs; ) {
    try {
      write({ owner }, 'wx');
      isOurs = true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const earlier = await readRecord(file);
      if (earlier !== undefined && (await isAlive(earlier.owner))) {
        throw new Error(
          `${directory} is in use by another run (process ${earlier.owner.pid}); stop that run first.`,
          {
            cause: error,
          },
        );
      }
      if (earlier?.process !== undefined) await stopLeftOver(earlier.process);
      await rm(file, { force: true });
    }
  }
  return {
    note: (claimed) => write({ owner, process: claimed }, 'w'),
    release: () => rm(file, { force: true }),
  };
}

/** The live process that has claimed a data directory; undefined if there is none. */
export async function ownerOf(directory: string): Promise<number | undefined> {
  const record = await readRecord(join(directory, 'claim.json'));
  return record !== undefined && (await isAlive(record.owner)) ? record.owner.pid : undefined;
}

async function readRecord(file: string): Promise<Record | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Half written, by a process that was killed.
    return undefined;
  }
}

/** A pid alone proves nothing, because the system reuses pids. */
async function isAlive(owner: Record['owner']): Promise<boolean> {
  return owner.commandLine !== '' && (await commandLineOf(owner.pid)) === owner.commandLine;
}
