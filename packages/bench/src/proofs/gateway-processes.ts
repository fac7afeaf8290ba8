import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CAN_CUT_OFF, portOr, startKeeper } from '@sms-gateway/dev-redis';
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

type Options = {
  /** The ingress answers 200 before it writes. */
  answersEarly?: boolean;
};

/**
 * Chooses the ingress's address. None is started yet. `directory` is for what they write. None outlives this process,
 * however it ends.
 */
export async function prepareGateway(
  directory: string,
  { answersEarly = false }: Options = {},
): Promise<GatewayProcesses> {
  // One of its own, where a machine has them, so that nobody takes the port while the ingress is down.
  const host = CAN_CUT_OFF
    ? `127.${randomInt(10, 250)}.${randomInt(256)}.${randomInt(100, 250)}`
    : '127.0.0.1';
  const port = await ownPort(host);
  const auth0 = { secret: randomBytes(32).toString('base64url'), audience: 'urn:proof-gateway' };
  let env: Record<string, string> = {
    PAYLOAD_KEYS: randomBytes(32).toString('base64url'),
    AUTH0_SECRET: auth0.secret,
    AUTH0_AUDIENCE: auth0.audience,
    HOST: host,
    PORT: String(port),
  };
  const keeper = startKeeper();
  const running = new Map<Program, Service>();
  let count = 0;
  return {
    url: `http://${host}:${port}`,
    auth0,
    running: () => [...running].map(([program, service]) => ({ service, program })),
    configure: (more) => {
      env = { ...env, ...more };
    },
    start: async (service) => {
      count += 1;
      const name = `${service}-${count}`;
      const adminPort = await ownPort(host);
      const program = await startProgram({
        name,
        file: join(repositoryRoot, 'services', service, 'dist/main.js'),
        env: { ...env, ADMIN_HOST: host, ADMIN_PORT: String(adminPort) },
        directory,
        readyUrl: `http://${host}:${adminPort}/healthz`,
        ...(answersEarly && service === 'ingress' && { execArgv: ['--import', ANSWERS_EARLY] }),
      });
      running.set(program, service);
      // One that is frozen does not notice that we are gone.
      const { pid = 0 } = program.child;
      keeper.keep(pid);
      program.child.once('exit', () => keeper.release(pid));
    },
    kill: async (program) => {
      running.delete(program);
      await program.kill();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.keys()].map((program) => program.kill()));
      keeper.stop();
    },
  };
}

/** Below the ports that the system gives to whoever asks for any: it is still there when a service starts again. */
const ownPort = (host: string) => portOr(randomInt(10_000, 30_000), host);

const ANSWERS_EARLY = fileURLToPath(new URL('../../dist/proofs/early-answers/preload.js', import.meta.url));
