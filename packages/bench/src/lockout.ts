import type { BenchContext } from './bench-context.ts';
import { createGatewayInProcess } from './gateway-in-process.ts';
import { markdownTable } from './report.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Any day, at midnight. */
const BEGIN = 1_800_000_000_000 - (1_800_000_000_000 % (24 * HOUR_MS));
const ATTACK = { from: BEGIN + 2 * HOUR_MS, hours: 6, everyMs: 20_000 };
/** The victim wants to log in this often all day, and each time asks up to three times in two minutes. */
const LOGIN_EVERY_MS = 49 * MINUTE_MS;
const TRIES_MS = [0, MINUTE_MS, 2 * MINUTE_MS];
const VICTIM = { recipient: '+14155550123', ip: '203.0.113.7' };

const LIMITS = [
  {
    name: '30 an hour, 60 a day for a number',
    yaml: 'limits: { recipient: { tenMinutes: off, hour: 30, day: 60 }, recipientIp: { tenMinutes: off, day: off } }',
  },
  { name: 'defaults', yaml: 'logLevel: silent' },
];
const ATTACKERS = [
  { name: 'one address', addresses: 1 },
  { name: '5 addresses', addresses: 5 },
  { name: '50 addresses', addresses: 50 },
  { name: 'no address told', addresses: undefined },
];

type Result = { paid: number; during: Logins; after: Logins };
type Logins = { wanted: number; without: number };

/**
 * Somebody asks for codes for one person's number, three a minute for six hours, to lock that person out or to run up a bill.
 * Time is simulated. The victim asks from a different address.
 */
export async function simulateLockout(context: BenchContext): Promise<string> {
  const rows: string[][] = [];
  for (const attacker of context.isQuick ? ATTACKERS.slice(0, 1) : ATTACKERS) {
    for (const limits of LIMITS) {
      await context.redis.reset();
      const { paid, during, after } = await run(context, limits.yaml, attacker.addresses);
      context.say(`  ${attacker.name}, ${limits.name}: ${paid} messages paid`);
      const shown = ({ wanted, without }: Logins) => `${without} of ${wanted}`;
      rows.push([attacker.name, limits.name, String(paid), shown(during), shown(after)]);
    }
  }
  const head = [
    'attack from',
    'limits',
    'messages paid',
    'logins without a code during it',
    'in the 16 hours after it',
  ];
  return markdownTable(head, rows);
}

async function run({ redis }: BenchContext, yaml: string, addresses: number | undefined): Promise<Result> {
  let clock = BEGIN;
  let code = 100_000;
  const gateway = createGatewayInProcess(redis.client, { screening: 'on', yaml, now: () => clock });

  async function ask(at: number, ip: string | undefined): Promise<boolean> {
    clock = at;
    code += 1;
    const { answer } = await gateway.accept({
      recipient: VICTIM.recipient,
      ip,
      text: `Your code is ${code}`,
    });
    return answer.kind === 'accepted';
  }

  const attackEnds = ATTACK.from + ATTACK.hours * HOUR_MS;
  const attacks = Array.from({ length: (ATTACK.hours * HOUR_MS) / ATTACK.everyMs }, (_, index) => ({
    at: ATTACK.from + index * ATTACK.everyMs,
    ip: addresses === undefined ? undefined : `192.0.2.${index % addresses}`,
    login: undefined,
  }));
  const tries = Array.from({ length: Math.floor((24 * HOUR_MS) / LOGIN_EVERY_MS) }, (_, login) =>
    // A second later, because the attacker's request would otherwise come at the same time.
    TRIES_MS.map((later) => ({
      at: BEGIN + login * LOGIN_EVERY_MS + later + 1000,
      ip: addresses === undefined ? undefined : VICTIM.ip,
      login,
    })),
  ).flat();

  let paid = 0;
  const hasCode = new Map<number, boolean>();
  for (const { at, ip, login } of [...attacks, ...tries].toSorted((a, b) => a.at - b.at)) {
    if (login === undefined) paid += (await ask(at, ip)) ? 1 : 0;
    else if (hasCode.get(login) !== true) hasCode.set(login, await ask(at, ip));
  }
  const loginsBetween = (from: number, until: number): Logins => {
    const wanted = [...hasCode].filter(([login]) => {
      const at = BEGIN + login * LOGIN_EVERY_MS;
      return at >= from && at < until;
    });
    return { wanted: wanted.length, without: wanted.filter(([, has]) => !has).length };
  };
  return {
    paid,
    during: loginsBetween(ATTACK.from, attackEnds),
    after: loginsBetween(attackEnds, BEGIN + 24 * HOUR_MS),
  };
}
