import { Queue } from 'bullmq';
import type { BenchContext } from '../bench-context.ts';
import { measureInRounds } from '../rounds.ts';
import { table } from '../report.ts';
import { measureCalls } from './measure-calls.ts';

/** What one `queue.add` costs the calling process, with 64 at once. */
export async function benchQueueAdd(context: BenchContext): Promise<string> {
  const { redis, isQuick } = context;
  const queue = new Queue('sms', { connection: redis.client });
  const data = { recipient: '+14155550123', body: 'Your verification code is 123456', sender: 'Example' };
  const measure = async () => {
    await redis.reset();
    return measureCalls(() => queue.add('sms', data), { calls: isQuick ? 5000 : 15_000, atOnce: 64 });
  };
  const sides = [{ name: 'queue.add', measure }];
  const rounds = await measureInRounds(context, sides, { warmUp: 1, rounds: isQuick ? 3 : 7 });
  return table('One queue.add, 64 at once', rounds);
}
