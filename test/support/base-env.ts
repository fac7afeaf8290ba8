import { randomBytes } from 'node:crypto';

export const AUDIENCE = 'urn:test-gateway';
export const SECRET = 'a-shared-secret-of-more-than-32-bytes-for-tests';
export const PAYLOAD_KEY = randomBytes(32).toString('base64url');

/** What every service under test is configured with, unless a test says otherwise. */
export const baseEnv = {
  PAYLOAD_KEYS: PAYLOAD_KEY,
  AUTH0_SECRET: SECRET,
  AUTH0_AUDIENCE: AUDIENCE,
  HOST: '127.0.0.1',
  PORT: '0',
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: '0',
  SHUTDOWN_DELAY: '0s',
};
