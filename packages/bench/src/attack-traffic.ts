import { createRandom } from './random.ts';

/** One request for a code. */
export type Request = {
  /** Milliseconds since the epoch. */
  at: number;
  recipient: string;
  ip: string;
  code: number;
  isPumped: boolean;
  isDelivered: boolean;
  /** Milliseconds from the code to the login with it; absent for those who never log in. */
  logsInAfterMs: number | undefined;
};

export type AttackOrigin = 'one address' | '50 addresses' | 'an address each';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Any day, at midnight. */
const BEGIN = 1_800_000_000_000 - (1_800_000_000_000 % DAY_MS);
const QUIET_DAYS = 4;
const CODES_A_DAY = 400;
const ATTACK_HOURS = 6;
const PUMPED_AN_HOUR = 600;

/**
 * A tenant sends 400 codes a day (US 70 %, DE 20 %, BD 10 %). Nine in ten are used within a minute, and one in twenty users
 * is behind one office address. On the fifth day, from 12:00 to 18:00 UTC, an attacker asks for 600 codes an hour to ranges
 * of Bangladesh; four in five are delivered, and none is used. The same seed gives the same traffic.
 */
export function trafficWithAttack(
  origin: AttackOrigin,
  seed = 20_261_123,
): {
  requests: Request[];
  /** Milliseconds since the epoch; the day begins at midnight. */
  attackDay: number;
  attackBeginsAt: number;
} {
  const random = createRandom(seed);
  const attackDay = BEGIN + QUIET_DAYS * DAY_MS;
  const attackBeginsAt = attackDay + 12 * HOUR_MS;
  const requests: Request[] = [];
  for (let index = 0; index < CODES_A_DAY * (QUIET_DAYS + 1); index += 1) {
    const at = BEGIN + Math.floor(index / CODES_A_DAY) * DAY_MS + timeOfDay(random);
    const user = Math.floor(random() * 900_000) + 100_000;
    requests.push({
      at,
      recipient: recipientOf(user, random()),
      ip: random() < 0.05 ? '198.51.100.1' : `203.${user % 100}.${(user >> 8) & 255}.${user & 255}`,
      code: 100_000 + index * 7,
      isPumped: false,
      isDelivered: random() < 0.97,
      logsInAfterMs: random() < 0.9 ? 20_000 + random() * 40_000 : undefined,
    });
  }
  for (let index = 0; index < PUMPED_AN_HOUR * ATTACK_HOURS; index += 1) {
    requests.push({
      at: attackBeginsAt + ((index + random()) * HOUR_MS) / PUMPED_AN_HOUR,
      // Five ranges in turn, one number after the other.
      recipient: `+88018${String(11 + (index % 5))}${String(100_000 + Math.floor(index / 5)).padStart(6, '0')}`,
      ip: attackerAddress(origin, index),
      code: 500_000 + index * 7,
      isPumped: true,
      isDelivered: random() < 0.8,
      logsInAfterMs: undefined,
    });
  }
  return { requests, attackDay, attackBeginsAt };
}

/** Demand is highest around 16:00 UTC and lowest twelve hours later. */
function timeOfDay(random: () => number): number {
  for (;;) {
    const hour = random() * 24;
    if (random() < 0.55 + 0.45 * Math.cos(((hour - 16) / 24) * 2 * Math.PI)) return hour * HOUR_MS;
  }
}

function recipientOf(user: number, share: number): string {
  if (share < 0.7) return `+1${[212, 312, 415, 617][user % 4]}2${user}`;
  if (share < 0.9) return `+49151${20_000_000 + user}`;
  return `+8801712${user}`;
}

function attackerAddress(origin: AttackOrigin, index: number): string {
  if (origin === 'one address') return '192.0.2.1';
  if (origin === '50 addresses') return `192.0.2.${index % 50}`;
  return `100.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}
