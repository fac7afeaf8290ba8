import {
  type ConnectionOptions,
  areSameOptions,
  changesBetween,
  fieldsOf,
  type OptionChange,
} from './connection-options.ts';
import { ManagementFailure } from './management-failure.ts';
import { type ConnectionsApi, type SmsConnection, unreadableOptions } from './management.ts';
import { saveSnapshot } from './snapshot.ts';

export type ChangeEnd =
  | { kind: 'changed'; savedTo: string; remark: string | undefined }
  /** Somebody changed the connection since it was shown; nothing was written. */
  | { kind: 'changed_by_others'; changes: OptionChange[] }
  | { kind: 'not_changed'; failure: ManagementFailure | undefined; savedTo: string }
  /** Neither what it was nor what it should be. `changes` lead from what is there to what was wanted. */
  | { kind: 'half_changed'; changes: OptionChange[]; failure: ManagementFailure | undefined; savedTo: string }
  /** The connection cannot be read after a write whose result is not known. */
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
  if (current.options === undefined) throw unreadableOptions(before.name);
  if (!isSame(before, { ...current, options: current.options })) {
    const changes = [...changesBetween(before.options, current.options), ...renaming(before, current)];
    return { kind: 'changed_by_others', changes };
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
  let after: ReadableConnection;
  try {
    const { options, ...rest } = await api.get(before.id);
    if (options === undefined) throw unreadableOptions(before.name);
    after = { ...rest, options };
  } catch (error) {
    if (!(error instanceof ManagementFailure)) throw error;
    return { kind: 'unknown', failure: failure ?? error, savedTo };
  }
  if (isSame(before, after)) return { kind: 'not_changed', failure, savedTo };
  const fieldsBefore = fieldsOf(before.options);
  const missing = [
    ...changesBetween(after.options, wanted.options).filter(
      ({ field, to }) => to !== undefined || !isDefault(field, fieldsBefore),
    ),
    ...renaming(after, { name: before.name, displayName: wanted.displayName }),
  ];
  if (missing.length === 0) return { kind: 'changed', savedTo, remark: failure?.message };
  return { kind: 'half_changed', changes: missing, failure, savedTo };
}

type ReadableConnection = Options['before'];
type Named = Pick<SmsConnection, 'name' | 'displayName'>;

function isSame(one: ReadableConnection, other: ReadableConnection): boolean {
  return areSameOptions(one.options, other.options) && renaming(one, other).length === 0;
}

/** What differs in the name that is shown: a connection's own where it is given no other. */
export function renaming(from: Named, to: Named): OptionChange[] {
  const [before, after] = [from, to].map(({ name, displayName }) => JSON.stringify(displayName ?? name));
  return before === after ? [] : [{ field: 'display_name', from: before, to: after }];
}

/** Whether a field that is there and was not asked for is one that Auth0 has filled in: it was not there before. */
function isDefault(field: string, fieldsBefore: ReadonlySet<string>): boolean {
  return !fieldsBefore.has(field) && !field.startsWith('twilio_') && !field.startsWith('gateway_');
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
