import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { type Program, startProgram } from '../program.ts';
import { repositoryRoot } from '../repository.ts';

export type Service = 'ingress' | 'worker';

/** An ingress and workers as an operator runs them, each a process. */
export type GatewayProcesses = AsyncDisposable & {
  /** The ingress's, also of the next one when it was killed. */
  url: string;
  auth0: { secret: string; audience: string };
  running: () => { service: Service; program: Program }[];
  /** Of services that are started from now on. */
  configure: (more: Record<string, string>) => void;
  /** Resolves once it is up, ready or not. */
  start: (service: Service) => Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill: (program: Program) => Promise<void>;
};

/** Chooses the ingress's address. None is started yet. `directory` is for what they write. */
export async function prepareGateway(directory: string): Promise<GatewayProcesses> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const auth0 = { secret: randomBytes(32).toString('base64url'), audience: 'urn:proof-gateway' };
  let env: Record<string, string> = {
    PAYLOAD_KEYS: randomBytes(32).toString('base64url'),
    AUTH0_SECRET: auth0.secret,
    AUTH0_AUDIENCE: auth0.audience,
    HOST: '127.0.0.1',
    PORT: String(port),
  };
  const running = new Map<Program, Service>();
  let count = 0;
  return {
    url,
    auth0,
    running: () => [...running].map(([program, service]) => ({ service, program })),
    configure: (more) => {
      env = { ...env, ...more };
    },
    start: async (service) => {
      count += 1;
      const name = `${service}-${count}`;
      const adminPort = await freePort();
      const program = await startProgram({
        name,
        file: join(repositoryRoot, 'services', service, 'dist/main.js'),
        env: { ...env, ADMIN_PORT: String(adminPort) },
        directory,
        readyUrl: `http://127.0.0.1:${adminPort}/healthz`,
      });
      running.set(program, service);
    },
    kill: async (program) => {
      running.delete(program);
      await program.kill();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.keys()].map((program) => program.kill()));
    },
  };
}
