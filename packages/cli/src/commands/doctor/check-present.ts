import { judgeProcesses, judgeTraffic } from '@sms-gateway/reporting';
import type { Facts } from './facts.ts';
import { type Finding, skipped } from './finding.ts';

type Given = Pick<Facts, 'redis' | 'now'>;

const BLIND = 'Redis, where the processes report, cannot be looked at';

/** Whether the processes are there, alike, and able to work. */
export async function checkProcesses({ redis, now }: Given): Promise<Finding[]> {
  const look = await redis();
  return look?.kind === 'looked' ? judgeProcesses(look.present, now()) : [skipped(BLIND)];
}

/** Whether codes come in, go out and arrive at this moment. */
export async function checkTraffic({ redis, now }: Given): Promise<Finding[]> {
  const look = await redis();
  return look?.kind === 'looked' ? judgeTraffic(look.present, now()) : [skipped(BLIND)];
}
