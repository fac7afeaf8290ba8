import { setTimeout as delay } from 'node:timers/promises';
import type { RedisProcess } from '@sms-gateway/dev-redis';

/** Resolves when `primary` names another node than `old`. */
export async function untilAnother(old: RedisProcess, primary: () => Promise<RedisProcess>): Promise<void> {
  for (;;) {
    const now = await primary().catch(() => old);
    if (now !== old) return;
    await delay(50);
  }
}

/** From host:port, comma-separated. */
export function addressesOf(list: string): { host: string; port: number }[] {
  return list.split(',').map((address) => {
    const [host = '', port] = address.split(':');
    return { host, port: Number(port) };
  });
}
