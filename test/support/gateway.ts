import { expect } from 'vitest';
import { createDisposal } from './disposal.ts';
import { startIngressProcess, startWorkerProcess } from './processes.ts';
import { type Respond, startScriptedProviderServer } from './scripted-provider-server.ts';
import { type Service, startIngress, startWorker } from './services.ts';
import { startTestRedis } from './test-redis.ts';
import { openRedis } from './traces.ts';
import { until } from './until.ts';

export const PROVIDER_TOKEN = 'bearer-token-of-the-http-provider';

const accept: Respond = (response) => void response.writeHead(200).end('{"id":"p-1"}');

type Options = {
  /** Of both services. */
  env?: Record<string, string>;
  respond?: Respond;
  mustControl?: boolean;
};

/**
 * A Redis, an ingress that is ready, a provider that answers as told, and workers as they are asked for; both services
 * in this process.
 */
export function startGateway(options: Options = {}) {
  return start({ startIngress, startWorker }, options);
}

/** The same with each service as a process of its own, for tests whose subject is the process. */
export function startGatewayProcesses(options: Options = {}) {
  return start({ startIngress: startIngressProcess, startWorker: startWorkerProcess }, options);
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;
export type GatewayProcesses = Awaited<ReturnType<typeof startGatewayProcesses>>;

type Start<Running> = {
  startIngress(env: Record<string, string>): Promise<Running>;
  startWorker(env: Record<string, string>): Promise<Running>;
};

async function start<Running extends Service>(
  services: Start<Running>,
  { env = {}, respond = accept, mustControl = false }: Options,
) {
  const stack = createDisposal();
  try {
    const redis = stack.use(await startTestRedis({ mustControl }));
    const provider = stack.use(await startScriptedProviderServer(respond));
    const serviceEnv = {
      REDIS_URL: redis.url,
      PROVIDERS: 'http',
      HTTP_PROVIDER_URL: `${provider.url}/sms`,
      HTTP_PROVIDER_TOKEN: PROVIDER_TOKEN,
      ...env,
    };
    const client = stack.use(openRedis(redis.url));
    const ingress = stack.use(await services.startIngress(serviceEnv));
    await until(async () => expect((await ingress.ready()).status).toBe(200));
    return {
      redis,
      client,
      ingress,
      provider,
      /** What the provider was asked to send, in order. */
      sent: () => provider.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
      startWorker: async (more: Record<string, string> = {}) =>
        stack.use(await services.startWorker({ ...serviceEnv, ...more })),
      startIngress: async (more: Record<string, string> = {}) =>
        stack.use(await services.startIngress({ ...serviceEnv, ...more })),
      [Symbol.asyncDispose]: () => stack.dispose(),
    };
  } catch (error) {
    await stack.dispose();
    throw error;
  }
}
