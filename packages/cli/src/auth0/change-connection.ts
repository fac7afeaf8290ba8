import { areSameOptions, changesBetween, type OptionChange } from './connection-options.ts';
import { ManagementFailure } from './management-failure.ts';
import type { ConnectionOptions, ConnectionsApi, SmsConnection } from './management.ts';
import { saveSnapshot } from './snapshot.ts';

export type ChangeEnd =
  | { kind: 'changed'; savedTo: string; remark: string | undefined }
  /** Somebody changed the connection since it was shown; nothing was written. */
  | { kind: 'changed_by_others'; changes: OptionChange[] }
  | { kind: 'not_changed'; failure: ManagementFailure | undefined; savedTo: string }
  /** Neither what it was nor what it should be. `changes` lead from what is there to what was wanted. */
  | { kind: 'half_changed'; changes: OptionChange[]; failure: ManagementFailure | undefined; savedTo: string }
  /** The connection cannot be read after a write of which nobody knows what it came to. */
  | { kind: 'unknown'; failure: ManagementFailure; savedTo: string };

type Options = {
  api: ConnectionsApi;
  domain: string;
  /** As it was when the change was shown and agreed to. */
  before: SmsConnection & { options: ConnectionOptions };
  wanted: { options: ConnectionOptions; displayName: string | undefined };
  snapshotFolder: string;
  now: () => number;
};

/**
 * Replaces a connection's options, safely: what was there is on the disk first, a change by somebody else since it was
 * read is refused, and afterwards it is looked at what is in effect. The Management API knows no condition for a write
 * (no ETag), so a change in the moment between the last look and the write is found only by that.
 * @throws {ManagementFailure} where nothing was written yet.
 */
export async function changeConnection({
  api,
  domain,
  before,
  wanted,
  snapshotFolder,
  now,
}: Options): Promise<ChangeEnd> {
  const current = await api.get(before.id);
  const currentOptions = current.options ?? {};
  if (!areSameOptions(currentOptions, before.options) || current.displayName !== before.displayName) {
    return { kind: 'changed_by_others', changes: changesBetween(before.options, currentOptions) };
  }
  const savedTo = await saveSnapshot(snapshotFolder, {
    kind: 'connection',
    domain,
    savedAt: new Date(now()).toISOString(),
    id: before.id,
    name: before.name,
    ...(before.displayName !== undefined && { displayName: before.displayName }),
    options: before.options,
  });

  const failure = await attempt(() => api.update(before.id, wanted));
  let after: ConnectionOptions;
  try {
    after = (await api.get(before.id)).options ?? {};
  } catch (error) {
    if (!(error instanceof ManagementFailure)) throw error;
    return { kind: 'unknown', failure: failure ?? error, savedTo };
  }
  const missing = changesBetween(after, wanted.options).filter(({ field, to }) => !isHarmless(field, to));
  if (missing.length === 0) return { kind: 'changed', savedTo, remark: failure?.message };
  if (areSameOptions(after, before.options)) return { kind: 'not_changed', failure, savedTo };
  return { kind: 'half_changed', changes: missing, failure, savedTo };
}

/** A field that was not asked for and is there, such as a default that Auth0 fills in. */
function isHarmless(field: string, wanted: string | undefined): boolean {
  return wanted === undefined && !field.startsWith('twilio_') && !field.startsWith('gateway_');
}

async function attempt(work: () => Promise<void>): Promise<ManagementFailure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof ManagementFailure) return error;
    throw error;
  }
}
