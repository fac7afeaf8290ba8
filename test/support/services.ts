import { createConfigSource, loadIngressConfig, loadWorkerConfig } from '@sms-gateway/config';
import type { RunningService } from '../../packages/process/src/index.ts';
import { PROVIDERS } from '../../packages/providers/src/registry.ts';
import * as ingress from '../../services/ingress/src/start-ingress.ts';
import * as worker from '../../services/worker/src/start-worker.ts';
import { baseEnv } from './base-env.ts';
import { createServiceLog, type LogLine } from './service-log.ts';

/** A service under test, as its callers, its operator and its log see it. */
export type Service = AsyncDisposable & {
  /** The public listener (ingress only). */
  url: string;
  adminUrl: string;
  /** Everything that it wrote. */
  output(): string;
  logLines(): LogLine[];
  /** Resolves with the first line, past or to come, of this event that fits. */
  untilLog(event: string, fits?: (line: LogLine) => boolean): Promise<LogLine>;
  metrics(): Promise<string>;
  ready(): Promise<{ status: number; body: { status: string; reasons?: string[] } }>;
};

/** One that runs in the test's own process: real HTTP, real Redis, no start of a process. */
export type LocalService = Service & Pick<RunningService, 'reload' | 'stop'>;

/** Starts the ingress from these variables. It is not necessarily ready when this resolves. */
export function startIngress(env: Record<string, string>): Promise<LocalService> {
  return run('ingress', (destination) => {
    const source = createConfigSource((readFile) =>
      withShortStop(loadIngressConfig({ env: { ...baseEnv, ...env }, readFile, providers: PROVIDERS }), env),
    );
    return ingress.startIngress(source.load(), { source, destination });
  });
}

/** Starts a worker from these variables, with nothing to send by unless they say. Its next attempt comes at once. */
export function startWorker(env: Record<string, string>): Promise<LocalService> {
  return run('worker', (destination) => {
    const source = createConfigSource((readFile) =>
      withShortStop(
        loadWorkerConfig({
          env: { ...baseEnv, PROVIDERS: 'console', ...env },
          readFile,
          providers: PROVIDERS,
        }),
        env,
      ),
    );
    return worker.startWorker(source.load(), { source, destination, random: () => 0 });
  });
}

/** When a test has its answer, nobody waits for what is still in hand, unless that is its subject. */
function withShortStop<Config>(config: Config, env: Record<string, string>): Config {
  return 'SHUTDOWN_TIMEOUT' in env ? config : { ...config, shutdownTimeoutMs: 200 };
}

async function run(
  name: string,
  start: (log: { write(text: string): void }) => Promise<RunningService & { port?: number }>,
): Promise<LocalService> {
  const log = createServiceLog(name);
  const service = await start(log);
  const stop: RunningService['stop'] = async (cause) => {
    await service.stop(cause);
    log.end();
  };
  return {
    ...log,
    ...reachable({ port: service.port, adminPort: service.adminPort }),
    reload: () => service.reload(),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** The ways to ask a running service from outside. */
export function reachable({ port, adminPort }: { port: unknown; adminPort: unknown }) {
  const adminUrl = `http://127.0.0.1:${String(adminPort)}`;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    adminUrl,
    metrics: async () => (await fetch(`${adminUrl}/metrics`)).text(),
    ready: async () => {
      const response = await fetch(`${adminUrl}/readyz`);
      return { status: response.status, body: (await response.json()) as { status: string } };
    },
  };
}
