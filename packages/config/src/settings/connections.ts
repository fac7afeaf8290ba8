import { z } from 'zod';
import { duration, flag, list, text } from '../fields.ts';
import { settingsIn } from '../setting.ts';
import { connectionMessageSettings } from './messages.ts';

const onIngress = settingsIn('Auth0', ['ingress']);
const onWorker = settingsIn('Auth0', ['worker']);

const maxTokenAge = {
  schema: z.union([z.literal('off'), duration('1m', '24h')], {
    error: 'must be a duration from 1m to 24h, or off',
  }),
  doc: 'Maximum age of a token by its iat, 1m to 24h; off accepts tokens of any age',
};
const requireTokenTime = {
  schema: flag,
  doc: 'true refuses tokens with neither iat nor exp, which never expire',
};

const connectionName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    'is not a valid connection name: lower-case letters, digits, - and _, at most 64, beginning with a letter or digit',
  );

/** The variables of `connections` are those of the connection `default`. */
export const connectionSettings = {
  maxTokenAge: onIngress({ ...maxTokenAge, env: 'AUTH0_MAX_TOKEN_AGE', default: '1h' }),
  requireTokenTime: onIngress({ ...requireTokenTime, env: 'AUTH0_REQUIRE_TOKEN_TIME', default: 'false' }),
  connections: z.record(
    connectionName,
    z.strictObject({
      secrets: onIngress({
        env: 'AUTH0_SECRET',
        schema: list(z.string()),
        secret: true,
        doc: 'Shared secret of gateway_authentication; several, comma-separated, for rotation',
        fillIn: 'the shared secret of gateway_authentication (openssl rand -base64 32)',
      }),
      secretsBase64: onIngress({
        env: 'AUTH0_SECRET_BASE64',
        schema: flag,
        doc: 'true if secret_base64_encoded is true at Auth0',
        example: 'true',
      }),
      audience: onIngress({
        env: 'AUTH0_AUDIENCE',
        schema: text,
        doc: 'Audience the token must have',
        fillIn: 'the audience of gateway_authentication',
      }),
      subject: onIngress({
        env: 'AUTH0_SUBJECT',
        schema: text,
        doc: 'Subject the token must have; not checked if unset',
      }),
      issuer: onIngress({
        env: 'AUTH0_ISSUER',
        schema: text,
        doc: 'Issuer the token must have; not checked if unset',
      }),
      maxTokenAge: onIngress(maxTokenAge),
      requireTokenTime: onIngress(requireTokenTime),
      template: onIngress({
        env: 'MESSAGE_TEMPLATE',
        schema: text,
        doc: 'The message template at Auth0; only used to warn at start if it costs two SMS segments or more',
        example: 'Your code is @@password@@',
      }),
      ...connectionMessageSettings,
      route: onWorker({ schema: text, doc: 'Route that its messages try before all others' }),
    }),
  ),
};
