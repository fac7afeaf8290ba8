import { parseDurationMs } from '@sms-gateway/config';

const DAY_MS = 86_400_000;
const LONGEST_MS = 3650 * DAY_MS;

/** How long a block lasts, such as `30m`, `6h` or `2d`. The value is in milliseconds. */
export function parseBlockDuration(
  given: string,
): { kind: 'parsed'; value: number } | { kind: 'wrong'; problem: string } {
  const [, days] = /^(\d{1,4})d$/.exec(given) ?? [];
  const durationMs = days === undefined ? parseDurationMs(given) : Number(days) * DAY_MS;
  if (durationMs !== undefined && durationMs > 0 && durationMs <= LONGEST_MS) {
    return { kind: 'parsed', value: durationMs };
  }
  return { kind: 'wrong', problem: 'must be a duration with its unit, such as 30m, 6h or 2d, up to 3650d' };
}

/** Why neither a command nor the console can take back a block of the configuration. */
export function configuredBlockProblem(name: string): string {
  return `${shownDestination(name)} is blocked by the configuration: remove it from blockedDestinations in the file that GATEWAY_CONFIG names, or from BLOCKED_DESTINATIONS and restart ingress and workers.`;
}

/** A block's name as an operator writes it. */
export function shownDestination(name: string): string {
  return name === '*' ? 'all' : name;
}
