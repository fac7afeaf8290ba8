import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proveAttack } from './attack.ts';
import { proveCrashes } from './crashes/crashes.ts';
import { REDIS_KINDS } from './crashes/redis-under-test.ts';
import { explainUsage, readOptions } from '../read-options.ts';
import type { Proof } from './proof.ts';
import { proveSoak } from './soak.ts';

const USAGE = `Usage: npm run test:proof -- NAME [--seed N] [--minutes M] [--redis KIND]

Runs a long proof on processes and a Redis of its own:
  crashes   services and Redis are killed, frozen, cut off and failed over at random; every message that was answered 200
            comes to one outcome
  attack    a pumping attack among real users, in simulated time; the guard holds it, and locks hardly anybody out elsewhere
  soak      steady traffic; nothing is lost, sent late or twice, and no process grows

  --seed N      plays an episode again (a random one); further episodes have the seeds after it
  --minutes M   begins no new episode after this time (1)
  --weakened    breaks the ingress, which then answers 200 before it writes: crashes must be VIOLATED
  --redis KIND  what the crashes happen to: ${REDIS_KINDS.join(', ')}

Exits with 0 where it holds, 1 where something happened that must not, 2 for a wrong use.
`;

const proofs: Record<string, Proof> = { crashes: proveCrashes, attack: proveAttack, soak: proveSoak };

/** The rest is counted. */
const SHOWN_VIOLATIONS = 20;

const say = (line: string) => process.stderr.write(`${line}\n`);

process.exitCode = await main(process.argv.slice(2), process.env);
process.exit();

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === 'string') return explainUsage(asked, USAGE);
  const { name, prove, seed, minutes, redis, isWeakened } = asked;
  const directory = mkdtempSync(join(tmpdir(), 'sms-gateway-proof-'));
  let isWorthReading = false;
  process.once('exit', () => {
    if (!isWorthReading) rmSync(directory, { recursive: true, force: true });
  });
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  const beganAt = performance.now();
  const hasTime = () => performance.now() - beganAt < minutes * 60_000;
  say(`Proof: ${name}; --seed ${seed} plays it again`);
  try {
    const { facts, violations } = await prove({ seed, hasTime, redis, isWeakened, directory, env, say });
    const seconds = Math.round((performance.now() - beganAt) / 1000);
    const verdict = violations.length === 0 ? 'holds' : `VIOLATED ${violations.length} times`;
    const shown = violations.slice(0, SHOWN_VIOLATIONS);
    if (shown.length < violations.length) shown.push(`and ${violations.length - shown.length} more`);
    const options = name === 'crashes' ? `--redis ${redis}, seed ${seed}` : `seed ${seed}`;
    process.stdout.write(
      [`${name} ${verdict} (${options}, ${seconds} s)`, ...facts, ...shown].join('\n  ') + '\n',
    );
    isWorthReading = violations.length > 0;
    return isWorthReading ? 1 : 0;
  } catch (error) {
    isWorthReading = true;
    throw error;
  } finally {
    if (isWorthReading) say(`What the processes wrote: ${directory}`);
  }
}

function readArguments(args: string[]) {
  const read = readOptions(args, {
    seed: { type: 'string' },
    minutes: { type: 'string' },
    redis: { type: 'string' },
    weakened: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  if (typeof read === 'string') return read;
  const { values, positionals } = read;
  const [name = '', ...more] = positionals;
  if (values.help === true) return 'help';
  const prove = Object.hasOwn(proofs, name) ? proofs[name] : undefined;
  if (prove === undefined || more.length > 0) return `Name one proof: ${Object.keys(proofs).join(', ')}.`;
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) return '--seed must be a whole number from 0.';
  const minutes = Number(values.minutes ?? 1);
  if (!(minutes > 0)) return '--minutes must be more than 0.';
  const { redis = 'single' } = values;
  if (!REDIS_KINDS.includes(redis)) return `--redis must be one of ${REDIS_KINDS.join(', ')}.`;
  return { name, prove, seed, minutes, redis, isWeakened: values.weakened === true };
}
