import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { baseEnv } from './base-env.ts';
import { guardChild } from './guardian.ts';
import { createServiceLog } from './service-log.ts';
import { reachable, type Service } from './services.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A service that runs as an operator would run it, for tests whose subject is the process. */
export type GatewayProcess = Service & {
  child: ChildProcess;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code once the process has ended. */
  exited: Promise<number | null>;
};

/** Starts the ingress as a process of its own, configured by its environment only. `file` is its program. */
export function startIngressProcess(env: Record<string, string>, file?: string): Promise<GatewayProcess> {
  return startProcess('ingress', env, file);
}

export function startWorkerProcess(env: Record<string, string>, file?: string): Promise<GatewayProcess> {
  return startProcess('worker', { PROVIDERS: 'console', ...env }, file);
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
  file?: string,
): Promise<GatewayProcess> {
  const launched = launch(service, { ...baseEnv, ...env }, file);
  const started = await launched.untilLog(`${service}.started`);
  return {
    ...launched,
    ...reachable({ port: started['port'], adminPort: started['adminPort'] }),
    [Symbol.asyncDispose]: async () => {
      launched.child.kill('SIGKILL');
      await launched.exited;
    },
  };
}

function launch(
  service: 'ingress' | 'worker',
  env: Record<string, string>,
  file = `${root}services/${service}/dist/main.js`,
) {
  const child = guardChild(
    spawn(process.execPath, [file], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const log = createServiceLog(service);
  child.stdout.setEncoding('utf8').on('data', log.write);
  child.stderr.setEncoding('utf8').on('data', log.write);
  const exited = once(child, 'close').then(([code]) => {
    log.end();
    return code as number | null;
  });
  return { ...log, child, exited, signal: (signal: NodeJS.Signals) => void child.kill(signal) };
}
