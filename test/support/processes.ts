import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { guardChild } from './guardian.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const AUDIENCE = 'urn:test-gateway';
export const SECRET = 'a-shared-secret-of-more-than-32-bytes-for-tests';
export const PAYLOAD_KEY = randomBytes(32).toString('base64url');

type LogLine = { msg: string; level: string } & Record<string, unknown>;

export type GatewayProcess = AsyncDisposable & {
  child: ChildProcess;
  /** The public listener (ingress only). */
  url: string;
  adminUrl: string;
  /** Everything that the process wrote, both streams. */
  output(): string;
  logLines(): LogLine[];
  /** Resolves with the first line, past or to come, of this event that fits. */
  untilLog(event: string, fits?: (line: LogLine) => boolean): Promise<LogLine>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code once the process has ended. */
  exited: Promise<number | null>;
  metrics(): Promise<string>;
  ready(): Promise<{ status: number; body: { status: string; reasons?: string[] } }>;
};

export const baseEnv = {
  PAYLOAD_KEYS: PAYLOAD_KEY,
  AUTH0_SECRET: SECRET,
  AUTH0_AUDIENCE: AUDIENCE,
  HOST: '127.0.0.1',
  PORT: '0',
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: '0',
};

/** Starts the ingress as an operator would: its own process, configured by its environment only. */
export function startIngress(env: Record<string, string>): Promise<GatewayProcess> {
  return startProcess('ingress', env);
}

export function startWorker(env: Record<string, string>): Promise<GatewayProcess> {
  return startProcess('worker', { PROVIDERS: 'console', ...env });
}

/** Runs a service that is expected to end by itself. */
export async function runToEnd(
  service: 'ingress' | 'worker',
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const { exited, output } = launch(service, env);
  return { code: await exited, output: output() };
}

async function startProcess(
  service: 'ingress' | 'worker',
  env: Record<string, string>,
): Promise<GatewayProcess> {
  const launched = launch(service, { ...baseEnv, ...env });
  const { child, exited, output, untilLog } = launched;
  const started = await Promise.race([
    untilLog(`${service}.started`),
    exited.then((code) => {
      throw new Error(`${service} ended with ${code} before it was up:\n${output()}`);
    }),
  ]);
  const adminUrl = `http://127.0.0.1:${String(started['adminPort'])}`;
  return {
    ...launched,
    url: `http://127.0.0.1:${String(started['port'])}`,
    adminUrl,
    metrics: async () => (await fetch(`${adminUrl}/metrics`)).text(),
    ready: async () => {
      const response = await fetch(`${adminUrl}/readyz`);
      return { status: response.status, body: (await response.json()) as { status: string } };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function launch(service: 'ingress' | 'worker', env: Record<string, string>) {
  const child = guardChild(
    spawn(process.execPath, [`${root}services/${service}/dist/main.js`], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const chunks: Buffer[] = [];
  const output = () => Buffer.concat(chunks).toString();
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exited = once(child, 'close').then(([code]) => code as number | null);

  function logLines(): LogLine[] {
    return output()
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  async function untilLog(event: string, fits: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    for (;;) {
      const found = logLines().find((line) => line.msg === event && fits(line));
      if (found) return found;
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`no ${event} from ${service}:\n${output()}`);
      }
      await Promise.race([once(child.stdout, 'data'), exited]);
    }
  }

  return { child, exited, output, logLines, untilLog, signal: (s: NodeJS.Signals) => void child.kill(s) };
}

/** The value of one series of a Prometheus text, 0 where there is none. */
export function series(metrics: string, name: string): number {
  const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}
