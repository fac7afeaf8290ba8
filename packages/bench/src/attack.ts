import { createBlocks, createGuard } from '@sms-gateway/screening';
import type { RedisClient } from '@sms-gateway/redis';
import { type AttackOrigin, type Request, trafficWithAttack } from './attack-traffic.ts';
import type { BenchContext } from './bench-context.ts';
import { createGatewayInProcess } from './gateway-in-process.ts';
import { markdownTable } from './report.ts';

export type Defence = {
  name: string;
  screening: 'on' | 'off';
  guard: 'record' | 'enforce';
  /** What tells the guard that a code was wanted. */
  signal: 'logins' | 'receipts';
  /** Minutes from the start of the attack until an operator blocks its prefix. */
  blocksAfterMinutes?: number;
};

export const DEFENCES: Defence[] = [
  { name: 'none (SCREENING=off)', screening: 'off', guard: 'record', signal: 'logins' },
  { name: 'defaults (guard records)', screening: 'on', guard: 'record', signal: 'logins' },
  { name: 'guard enforces, logins told', screening: 'on', guard: 'enforce', signal: 'logins' },
  { name: 'guard enforces, receipts only', screening: 'on', guard: 'enforce', signal: 'receipts' },
  {
    name: 'defaults, block +880 after 10 min',
    screening: 'on',
    guard: 'record',
    signal: 'logins',
    blocksAfterMinutes: 10,
  },
];

export const ORIGINS: AttackOrigin[] = ['one address', '50 addresses', 'an address each'];
const ASKS_AGAIN_AFTER_MS = 60_000;
const TRIES = 3;

export type AttackResult = {
  pumped: number;
  pumpedThrough: number;
  real: number;
  realRefused: number;
  lockedOut: number;
  lockedOutElsewhere: number;
  rules: Map<string, number>;
};

/**
 * A pumping attack among the codes of real users. The rules, the producer and Redis are real; time is simulated. The result
 * is the same in every run, except for the order of requests at the same moment.
 */
export async function simulateAttack(context: BenchContext): Promise<string> {
  const rows: string[][] = [];
  for (const origin of context.isQuick ? ORIGINS.slice(0, 1) : ORIGINS) {
    for (const defence of DEFENCES) {
      await context.redis.reset();
      const result = await simulate(context.redis.client, defence, origin);
      context.say(
        `  ${origin}, ${defence.name}: ${result.pumpedThrough} of ${result.pumped} pumped codes got through`,
      );
      const rules = [...result.rules]
        .toSorted((a, b) => b[1] - a[1])
        .map(([rule, count]) => `${rule} ${count}`);
      rows.push([
        origin,
        defence.name,
        `${result.pumpedThrough} of ${result.pumped}`,
        `${result.realRefused} of ${result.real}`,
        `${result.lockedOut} (${result.lockedOutElsewhere})`,
        rules.slice(0, 3).join(', '),
      ]);
    }
  }
  const head = [
    'attack from',
    'defence',
    'pumped codes through',
    'real requests refused',
    'users locked out (outside BD)',
    'refused by',
  ];
  return markdownTable(head, rows);
}

/** One attack on one defence. The Redis must be empty. */
export async function simulate(
  client: RedisClient,
  defence: Defence,
  origin: AttackOrigin,
  seed?: number,
): Promise<AttackResult> {
  const { requests, attackBeginsAt, attackDay } = trafficWithAttack(origin, seed);
  let clock = 0;
  const now = () => clock;
  const gateway = createGatewayInProcess(client, { screening: defence.screening, now });
  const { connection } = gateway;
  const recording = { ...connection, guard: { ...connection.guard, mode: 'record' as const } };
  const enforcing = { ...connection, guard: { ...connection.guard, mode: defence.guard } };
  const guard = createGuard({ redis: client, now });
  const agenda = createAgenda();
  const result: AttackResult = {
    pumped: 0,
    pumpedThrough: 0,
    real: 0,
    realRefused: 0,
    lockedOut: 0,
    lockedOutElsewhere: 0,
    rules: new Map(),
  };

  async function ask(request: Request, tries: number): Promise<void> {
    const { answer, recipientKey, country } = await gateway.accept(
      { recipient: request.recipient, ip: request.ip, text: `Your code is ${request.code + tries}` },
      // Until then the guard records, as operators are told to begin.
      { by: clock < attackDay ? recording : enforcing },
    );
    const isCounted = request.at >= attackDay;
    if (request.isPumped) result.pumped += 1;
    else if (isCounted) result.real += 1;
    if (answer.kind === 'accepted') {
      if (request.isPumped) result.pumpedThrough += 1;
      if (defence.signal === 'receipts' && request.isDelivered) {
        agenda.add(clock + 5000, () => guard.delivered(answer.id));
      }
      if (defence.signal === 'logins' && request.logsInAfterMs !== undefined) {
        const at = clock + request.logsInAfterMs;
        agenda.add(at, async () => void (await guard.verified('default', recipientKey, at)));
      }
      return;
    }
    const reached =
      answer.kind === 'blocked'
        ? ['blocked']
        : answer.reached.filter(({ mode }) => mode === 'enforce').map(({ rule }) => rule);
    for (const rule of reached) result.rules.set(rule, (result.rules.get(rule) ?? 0) + 1);
    if (request.isPumped) return;
    if (!isCounted) throw new Error('a user was refused while the guard only recorded');
    result.realRefused += 1;
    if (tries + 1 < TRIES) agenda.add(clock + ASKS_AGAIN_AFTER_MS, () => ask(request, tries + 1));
    else {
      result.lockedOut += 1;
      if (country !== 'BD') result.lockedOutElsewhere += 1;
    }
  }

  for (const request of requests) agenda.add(request.at, () => ask(request, 0));
  if (defence.blocksAfterMinutes !== undefined) {
    const at = attackBeginsAt + defence.blocksAfterMinutes * 60_000;
    const block = { name: '+880', reason: 'pumping' };
    agenda.add(at, async () => void (await createBlocks({ redis: client, now }).add(block)));
  }
  for (let entry = agenda.next(); entry !== undefined; entry = agenda.next()) {
    clock = entry.at;
    await entry.work();
  }
  return result;
}

type Entry = { at: number; work: () => Promise<void> };

/** Work that is due later, the earliest first. */
function createAgenda() {
  const entries: Entry[] = [];
  return {
    add: (at: number, work: () => Promise<void>): void => {
      let [low, high] = [0, entries.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((entries[middle]?.at ?? 0) > at) low = middle + 1;
        else high = middle;
      }
      entries.splice(low, 0, { at, work });
    },
    next: (): Entry | undefined => entries.pop(),
  };
}
