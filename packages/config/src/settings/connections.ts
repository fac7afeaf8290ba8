import { z } from 'zod';
import { flag, list, text } from '../fields.ts';
import { settingsIn } from '../setting.ts';
import { connectionMessageSettings } from './messages.ts';

const onIngress = settingsIn('Auth0', ['ingress']);
const onWorker = settingsIn('Auth0', ['worker']);

const connectionName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    'is not a name for a connection: lower-case letters, digits, - and _, at most 64, beginning with a letter or digit',
  );

/** By the connection's name. The variables are those of the connection `default`. */
export const connectionSettings = {
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
        doc: 'true where secret_base64_encoded is true',
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
      template: onIngress({
        env: 'MESSAGE_TEMPLATE',
        schema: text,
        doc: 'The text as it stands in Auth0, only to warn at start where it costs two SMS segments or more',
        example: 'Your code is @@password@@',
      }),
      ...connectionMessageSettings,
      route: onWorker({ schema: text, doc: 'The route that comes before all others for its messages' }),
    }),
  ),
};
