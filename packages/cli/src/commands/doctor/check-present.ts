import { judgeProcesses, judgeTraffic } from '@sms-gateway/reporting';
import type { Facts } from './facts.ts';
import { type Finding, skipped } from './finding.ts';

type Given = Pick<Facts, 'redis' | 'now'>;

const UNREADABLE = 'Redis, to which the processes report, cannot be read';

/** Whether the processes run, agree in version and configuration, and are ready. */
export async function checkProcesses({ redis, now }: Given): Promise<Finding[]> {
  const look = await redis();
  return look?.kind === 'looked' ? judgeProcesses(look.present, now()) : [skipped(UNREADABLE)];
}

/** Whether codes are accepted, sent and delivered at the moment. */
export async function checkTraffic({ redis, now }: Given): Promise<Finding[]> {
  const look = await redis();
  return look?.kind === 'looked' ? judgeTraffic(look.present, now()) : [skipped(UNREADABLE)];
}
