import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchContext } from '../bench-context.ts';
import type { Usage } from '../report-usage.ts';
import { table } from '../report.ts';
import { repositoryRoot } from '../repository.ts';
import { type Figures, measureInRounds } from '../rounds.ts';
import { type Listening, startIngress, startService } from '../services.ts';
import { sharedClockMs } from '../shared-clock.ts';

const TWILIO = {
  PROVIDERS: 'twilio',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'bench-token',
  TWILIO_FROM: '+14155550100',
  // Nobody listens there.
  TWILIO_API_URL: 'http://127.0.0.1:9',
};

/** CPU time and memory of each service from its start until it is ready, and of the CLI until it has ended. */
export async function benchStart(context: BenchContext): Promise<string> {
  // Only the start is measured.
  for (const service of ['ingress', 'worker', 'console'] as const) await context.bundled?.(service);
  const side = (name: string, start: () => Promise<Listening>) => ({
    name,
    measure: async () => {
      const startedAtMs = sharedClockMs();
      const program = await start();
      const ms = sharedClockMs() - startedAtMs;
      const usage = await program.usage();
      await program.stop();
      return figures(usage, ms);
    },
  });
  const sides = [
    side('ingress', () => startIngress(context, 'on')),
    side('worker, simulator', () => startService(context, 'worker', { PROVIDERS: 'simulator' })),
    side('worker, Twilio', () => startService(context, 'worker', TWILIO)),
    side('console', () => startService(context, 'console', {})),
    {
      name: 'CLI, --help',
      measure: () => measureUntilEnd([join(repositoryRoot, 'packages/cli/dist/main.js'), '--help']),
    },
    { name: 'Node alone', measure: () => measureUntilEnd(['--eval', '0']) },
  ];
  const rounds = await measureInRounds(context, sides, { rounds: context.isQuick ? 3 : 7 });
  return table('Start until ready', rounds);
}

const figures = ({ cpuUs, peakRssBytes }: Usage, ms: number): Figures => ({
  'CPU, s': cpuUs / 1e6,
  'time, s': ms / 1000,
  'peak memory, MB': peakRssBytes / 1e6,
});

async function measureUntilEnd(args: string[]): Promise<Figures> {
  const preload = fileURLToPath(new URL('../report-usage.js', import.meta.url));
  const startedAtMs = sharedClockMs();
  const child = spawn(process.execPath, ['--import', preload, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const [[message]] = (await Promise.all([once(child, 'message'), once(child, 'exit')])) as [
    [{ usage: Usage }],
    unknown,
  ];
  return figures(message.usage, sharedClockMs() - startedAtMs);
}
