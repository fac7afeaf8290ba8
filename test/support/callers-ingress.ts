import { loadIngressConfig } from '@sms-gateway/config';
import { expect } from 'vitest';
import { PROVIDERS } from '../../packages/providers/src/registry.ts';
import { startIngress } from '../../services/ingress/src/start-ingress.ts';
import { createDisposal } from './disposal.ts';
import { baseEnv } from './base-env.ts';
import { series } from './series.ts';
import { startTestRedis } from './test-redis.ts';
import { openRedis } from './traces.ts';
import { until } from './until.ts';

type LogLine = Record<string, unknown> & { msg: string };

/** An ingress in this process with a Redis of its own, its log and its metrics. */
export async function startCallersIngress(env: Record<string, string> = {}) {
  const stack = createDisposal();
  try {
    const { url: redisUrl } = stack.use(await startTestRedis());
    const redis = stack.use(openRedis(redisUrl));
    const lines: LogLine[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) };
    const config = loadIngressConfig({
      env: { ...baseEnv, REDIS_URL: redisUrl, ...env },
      providers: PROVIDERS,
    });
    const ingress = await startIngress(config, { destination });
    stack.use({ [Symbol.asyncDispose]: () => ingress.stop() });
    await until(() => expect(ingress.readiness().ready).toBe(true));
    return {
      url: `http://127.0.0.1:${ingress.port}`,
      redis,
      lines,
      /** The log lines of the requests so far. */
      completed: () => lines.filter(({ msg }) => msg === 'request.completed'),
      /** Value of one series, 0 where there is none. */
      metric: async (name: string) =>
        series(await (await fetch(`http://127.0.0.1:${ingress.adminPort}/metrics`)).text(), name),
      [Symbol.asyncDispose]: () => stack.dispose(),
    };
  } catch (error) {
    await stack.dispose();
    throw error;
  }
}
