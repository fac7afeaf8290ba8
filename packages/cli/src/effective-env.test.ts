import { expect, test } from 'vitest';
import type { DevState } from './dev-state.ts';
import { effectiveEnv } from './effective-env.ts';

const STATE: DevState = {
  secret: 'dev-secret',
  audience: 'urn:sms-gateway',
  payloadKey: 'dev-key',
  url: 'http://127.0.0.1:8123/v1/sms',
  connection: 'default',
  redisUrl: 'redis://127.0.0.1:7000',
  adminPorts: { ingress: 9123, worker: 9124 },
};

test('where nothing is configured, it is what npm start runs the gateway with', () => {
  const { env, isDev } = effectiveEnv({ PATH: '/bin', PROVIDERS: 'simulator' }, STATE);

  expect(isDev).toBe(true);
  expect(env).toMatchObject({
    PATH: '/bin',
    AUTH0_SECRET: 'dev-secret',
    AUTH0_AUDIENCE: 'urn:sms-gateway',
    PAYLOAD_KEYS: 'dev-key',
    PROVIDERS: 'simulator',
    REDIS_URL: 'redis://127.0.0.1:7000',
    HOST: '127.0.0.1',
    PORT: '8123',
    ADMIN_PORT: '9123',
  });
});

test('a Redis whose address npm start did not keep is the one of the environment', () => {
  const { redisUrl: _redisUrl, ...state } = STATE;
  const redisOf = (given: NodeJS.ProcessEnv) => effectiveEnv(given, state).env['REDIS_URL'];

  expect(redisOf({ REDIS_URL: 'redis://:password@redis:6379' })).toBe('redis://:password@redis:6379');
  expect(redisOf({})).toBe('redis://127.0.0.1:6379');
});

test.each(['GATEWAY_CONFIG', 'AUTH0_SECRET', 'AUTH0_SECRET_FILE'])(
  'a gateway with its own %s is taken as it is',
  (name) => {
    const own = { [name]: 'own' };

    expect(effectiveEnv(own, STATE)).toEqual({ env: own, isDev: false });
  },
);

test('without npm start there is the environment alone', () => {
  expect(effectiveEnv({ PATH: '/bin' }, undefined)).toEqual({ env: { PATH: '/bin' }, isDev: false });
});
