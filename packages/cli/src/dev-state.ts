import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '@sms-gateway/dev-redis';
import { repositoryRoot } from './repository.ts';

const devStateSchema = z.object({
  /** Generated for development; the gateway may run with another one from the environment. */
  secret: z.string(),
  audience: z.string(),
  /** Encrypts what is in the queue, so a restart must find the same one. */
  payloadKey: z.string(),
  /** The endpoint of the last gateway that was started. */
  url: z.string(),
  connection: z.string(),
  /** Of that gateway. Absent if it contains a password from the environment, and in files of older versions. */
  redisUrl: z.string().optional(),
  /** Of that gateway, on 127.0.0.1. */
  adminPorts: z
    .object({ ingress: z.number(), worker: z.number(), console: z.number().optional() })
    .optional(),
});

/** What `npm start` keeps between its runs, and `npm run send` reads. */
export type DevState = z.infer<typeof devStateSchema>;

/** Where `npm start` keeps its state. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  return env['GATEWAY_STATE_DIR'] || join(repositoryRoot, '.gateway');
}

/** Undefined if there is no state yet. @throws {Error} if the file is damaged. */
export async function readDevState(stateDir: string): Promise<DevState | undefined> {
  const file = join(stateDir, 'dev.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return devStateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is damaged. Delete it, and the next npm start makes new secrets.`, {
      cause: error,
    });
  }
}

/** Replaces the state, in a folder and a file that only this user can read. */
export async function writeDevState(stateDir: string, state: DevState): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, 'dev.json');
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
