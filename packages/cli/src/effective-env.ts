import { type DevState, readDevState, stateFolder } from './dev-state.ts';
import { gatewayEnv } from './gateway-env.ts';

/** The environment that the gateway runs with: the given one or, if it configures no gateway, that of `npm start`. */
export function effectiveEnv(
  env: NodeJS.ProcessEnv,
  devState: DevState | undefined,
): { env: NodeJS.ProcessEnv; isDev: boolean } {
  const hasOwn = Boolean(env['GATEWAY_CONFIG'] || env['AUTH0_SECRET'] || env['AUTH0_SECRET_FILE']);
  if (hasOwn || devState === undefined) return { env, isDev: false };
  const { hostname, port } = new URL(devState.url);
  return {
    isDev: true,
    env: gatewayEnv({
      env,
      state: devState,
      redisUrl: devState.redisUrl ?? (env['REDIS_URL'] || 'redis://127.0.0.1:6379'),
      host: hostname,
      port: Number(port || 80),
      adminPort: devState.adminPorts?.ingress ?? 9090,
      consolePort: devState.adminPorts?.console ?? 9092,
    }),
  };
}

/** The same, with what `npm start` has kept. @throws {Error} if that is damaged. */
export async function readEffectiveEnv(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  return effectiveEnv(env, await readDevState(stateFolder(env))).env;
}
