import type { DevState } from './dev-state.ts';

type Options = {
  env: NodeJS.ProcessEnv;
  state: DevState;
  redisUrl: string;
  host: string;
  port: number;
  adminPort: number;
  consolePort: number;
};

/** The environment of one service under `npm start`: the given settings, and development values for the rest. */
export function gatewayEnv({
  env,
  state,
  redisUrl,
  host,
  port,
  adminPort,
  consolePort,
}: Options): NodeJS.ProcessEnv {
  const isSet = (name: string) => Boolean(env[name] || env[`${name}_FILE`]);
  const defaults: Record<string, string> = {
    AUTH0_SECRET: state.secret,
    AUTH0_AUDIENCE: state.audience,
    PAYLOAD_KEYS: state.payloadKey,
    PROVIDERS: 'inbox',
    // There is no load balancer that must stop sending first.
    SHUTDOWN_DELAY: '0s',
  };
  if (env['PAYLOAD_ENCRYPTION'] === 'off') delete defaults['PAYLOAD_KEYS'];
  return {
    ...env,
    ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !isSet(name))),
    REDIS_URL: redisUrl,
    HOST: host,
    PORT: String(port),
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: String(adminPort),
    CONSOLE_PORT: String(consolePort),
  };
}
