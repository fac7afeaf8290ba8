import { z } from 'zod';
import { baseUrl, list, portNumber, text } from '../fields.ts';
import { settingsIn } from '../setting.ts';
import { host } from './host.ts';

const setting = settingsIn('Console', ['console']);

export const consoleSettings = {
  console: z.strictObject({
    host: setting({
      env: 'CONSOLE_HOST',
      schema: host,
      default: '127.0.0.1',
      inContainers: '0.0.0.0',
      doc: 'Address of the console; anything but loopback needs a way to sign in',
    }),
    port: setting({ env: 'CONSOLE_PORT', schema: portNumber, default: '9092', doc: 'Port of the console' }),
    url: setting({
      env: 'CONSOLE_URL',
      schema: baseUrl,
      doc: 'Public URL of the console, if it is not the address it listens on',
      example: 'https://sms-console.example.com',
    }),
    password: setting({
      env: 'CONSOLE_PASSWORD',
      schema: text.min(12, 'must have 12 characters or more'),
      secret: true,
      doc: 'One password for all operators, 12 characters or more',
      fillIn: 'a long password (openssl rand -base64 24), or use the CONSOLE_OIDC settings',
    }),
    oidc: z.strictObject({
      issuer: setting({
        env: 'CONSOLE_OIDC_ISSUER',
        schema: baseUrl,
        doc: 'OpenID Connect issuer where operators sign in, such as an Auth0 tenant',
        example: 'https://acme.eu.auth0.com',
      }),
      clientId: setting({ env: 'CONSOLE_OIDC_CLIENT_ID', schema: text, doc: 'Client ID at the issuer' }),
      clientSecret: setting({
        env: 'CONSOLE_OIDC_CLIENT_SECRET',
        schema: text,
        secret: true,
        doc: 'Client secret; not needed for a public client',
      }),
    }),
    operators: setting({
      env: 'CONSOLE_OPERATORS',
      schema: list(text),
      doc: 'Who may block and unblock: verified email addresses, @domains, subjects, or * for everybody at the issuer',
      example: 'ops@example.com,@oncall.example.com',
    }),
    viewers: setting({
      env: 'CONSOLE_VIEWERS',
      schema: list(text),
      doc: 'Who may only view, in the same format',
      example: '@example.com',
    }),
  }),
};
