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
  /** Somebody changed the connection after it was shown. Nothing was written. */
  | { kind: 'changed_by_others'; changes: OptionChange[] }
  | { kind: 'not_changed'; failure: ManagementFailure | undefined; savedTo: string }
  /** Only a part is in effect. `changes` are those that are still missing. */
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
 * Replaces a connection's options: saves the previous ones to disk, refuses if somebody else has changed them since they
 * were shown, and reads them again afterwards. The Management API has no conditional writes (no ETag), so only the last
 * read can detect a change between the check and the write.
 * @throws {ManagementFailure} if nothing was written yet.
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

/** The change of the display name, which defaults to the connection's name. */
export function renaming(from: Named, to: Named): OptionChange[] {
  const [before, after] = [from, to].map(({ name, displayName }) => JSON.stringify(displayName ?? name));
  return before === after ? [] : [{ field: 'display_name', from: before, to: after }];
}

/** Whether Auth0 may have added the field: it was not there before, and is not one that matters to the gateway. */
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
