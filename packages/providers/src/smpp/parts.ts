import { setTimeout as sleep } from 'node:timers/promises';
import type { SendResult } from '../provider.ts';
import type { PartsRecord, SmppMemory } from './memory.ts';
import type { SubmitParts } from './submit.ts';

export type PartResult = Exclude<SendResult, { kind: 'accepted' }> | { kind: 'accepted'; smscId: string };

type Options = {
  messageId: string;
  parts: SubmitParts;
  memory: SmppMemory;
  /** Submits one part, under the reference number of the message. */
  submitPart: (number: number, reference: number) => Promise<PartResult>;
  random: () => number;
};

export type PartsResult =
  | Exclude<SendResult, { kind: 'accepted' }>
  | { kind: 'accepted'; acknowledged: ReadonlyMap<number, string> };

const RETRY_BASE_MS = 200;
const RETRY_CAP_MS = 2_000;

/**
 * Submits the parts of a long text that are not acknowledged yet, one after the other, and notes each acknowledgement
 * before it submits the next part. If the SMSC already has some parts and refuses another one for now, that part is
 * submitted again after a pause, until `signal` is aborted: no other provider can complete the text. An acknowledgement
 * that cannot be noted makes the attempt `unknown`. Any other result of a part is the result of the attempt. Settles as
 * soon as `signal` is aborted.
 */
export async function submitInParts(
  { messageId, parts, memory, submitPart, random }: Options,
  signal: AbortSignal,
): Promise<PartsResult> {
  let record: PartsRecord;
  try {
    record = await memory.openParts(messageId, parts);
  } catch {
    return transient('parts_not_recorded');
  }
  const acknowledged = new Map(record.acknowledged);
  for (let number = 1; number <= parts.total; number++) {
    if (acknowledged.has(number)) continue;
    const result = await submitUntilTaken(number, record.reference);
    if (result.kind !== 'accepted') return result;
    acknowledged.set(number, result.smscId);
    if (await isNoted(number, result.smscId)) continue;
    // Without the note, the next attempt cannot know that this part was taken, and would send it again.
    if (number < parts.total) return { kind: 'unknown', code: 'parts_not_recorded' };
  }
  return { kind: 'accepted', acknowledged };

  async function submitUntilTaken(number: number, reference: number): Promise<PartResult> {
    for (let tries = 1; ; tries++) {
      const result = await submitPart(number, reference);
      const isForNow = result.kind === 'throttled' || result.kind === 'transient';
      if (!isForNow || acknowledged.size === 0 || signal.aborted) return result;
      await pause(tries);
      if (signal.aborted) return result;
    }
  }

  async function isNoted(number: number, smscId: string): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        await memory.noteAcknowledged(messageId, number, smscId);
        return true;
      } catch {
        if (signal.aborted) return false;
        await pause(tries);
      }
    }
  }

  async function pause(tries: number): Promise<void> {
    const ceilingMs = Math.min(RETRY_BASE_MS * 2 ** (tries - 1), RETRY_CAP_MS);
    await sleep(ceilingMs * (0.5 + random() / 2), undefined, { signal }).catch(() => {});
  }
}

function transient(code: string): SendResult & { kind: 'transient' } {
  return { kind: 'transient', code, retryAfterMs: undefined };
}
