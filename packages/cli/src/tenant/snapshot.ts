import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ActionTrigger } from './actions-api.ts';

const connectionSnapshotSchema = z.object({
  kind: z.literal('connection'),
  domain: z.string().min(1),
  savedAt: z.string(),
  id: z.string().min(1),
  name: z.string().min(1),
  displayName: z.string().optional(),
  options: z.record(z.string(), z.unknown()),
});

const versionSchema = z.object({
  code: z.string(),
  runtime: z.string().optional(),
  dependencies: z.array(z.object({ name: z.string(), version: z.string() })),
});

const actionSnapshotSchema = z.object({
  kind: z.literal('action'),
  domain: z.string().min(1),
  savedAt: z.string(),
  trigger: z.enum(['custom-phone-provider', 'send-phone-message'] satisfies ActionTrigger[]),
  name: z.string().min(1),
  /** Undefined if there was none, or it did not change. */
  action: z
    .object({
      id: z.string().min(1),
      name: z.string().min(1),
      /** What ran. */
      deployed: versionSchema.optional(),
      /** Saved, but not deployed. */
      draft: versionSchema.optional(),
      secretNames: z.array(z.string()).optional(),
    })
    .optional(),
  provider: z
    .object({
      id: z.string().min(1),
      name: z.string().min(1),
      disabled: z.boolean(),
      configuration: z.record(z.string(), z.unknown()),
    })
    .optional(),
  /** What ran at the trigger, in order. */
  bindings: z.array(z.object({ id: z.string().min(1), name: z.string() })).optional(),
});

/** The format before providers and bindings were saved: the Action's code is in the object itself. */
const earlierActionSnapshotSchema = versionSchema.extend({
  kind: z.literal('action'),
  id: z.string().min(1),
  name: z.string().min(1),
});

function inCurrentFormat(content: unknown): unknown {
  const earlier = earlierActionSnapshotSchema.loose().safeParse(content);
  if (!earlier.success) return content;
  const { id, code, runtime, dependencies, ...rest } = earlier.data;
  return { ...rest, action: { id, name: rest.name, deployed: { code, runtime, dependencies } } };
}

const snapshotSchema = z.discriminatedUnion('kind', [connectionSnapshotSchema, actionSnapshotSchema]);

/** The state before a change, secrets included. */
export type Snapshot = z.infer<typeof snapshotSchema>;
export type ConnectionSnapshot = z.infer<typeof connectionSnapshotSchema>;
export type ActionSnapshot = z.infer<typeof actionSnapshotSchema>;

/** Writes it to a new file that only this user can read, and returns the path once it is on disk. */
export async function saveSnapshot(folder: string, snapshot: Snapshot): Promise<string> {
  const name = `${snapshot.domain}-${snapshot.name}`.replaceAll(/[^A-Za-z0-9._-]+/g, '_');
  const file = join(folder, `${name}-${snapshot.savedAt.replaceAll(/[:.]/g, '-')}.json`);
  await writeSecretFile(file, `${JSON.stringify(snapshot, null, 2)}\n`);
  return file;
}

/** @throws {Error} if the file exists: a secret is never overwritten. */
export async function writeSecretFile(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @throws {Error} with a message for people if the file cannot be read or is not a snapshot. */
export async function readSnapshot(file: string): Promise<Snapshot> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Error(`${file} cannot be read (${code}).`, { cause: error });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`${file} is not a file of "auth0 connect": it is not JSON.`);
  }
  const parsed = snapshotSchema.safeParse(inCurrentFormat(content));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'kind');
  throw new Error(`${file} is not a file of "auth0 connect": see ${[...new Set(fields)].join(', ')}.`);
}
