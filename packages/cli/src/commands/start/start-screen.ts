import { DEMONSTRATION_RECIPIENT } from './demonstration.ts';
import type { SecretOrigin } from '../../gateway-authentication.ts';
import type { GatewayAuthentication } from '../../play-auth0.ts';

type Options = {
  url: string;
  redis: string;
  /** The lines of the demonstration, or why there was none. */
  demonstration: string[];
  authentication: GatewayAuthentication;
  /** A secret from the environment or a file is never shown. */
  secretOrigin: SecretOrigin;
  /** The public URL of the gateway, if known. */
  publicUrl: string | undefined;
  stateDir: string;
  adminPorts: { ingress: number; worker: number };
  consoleUrl: string;
  /** Whether codes appear in the inbox, and below the screen as they arrive. */
  hasInbox: boolean;
};

/** The placeholder of a secret that is not shown. */
const SECRET_PLACEHOLDERS: Record<SecretOrigin, string | undefined> = {
  dev_state: undefined,
  environment: 'THE AUTH0_SECRET OF YOUR ENVIRONMENT',
  configuration: 'THE FIRST SECRET OF default IN YOUR GATEWAY_CONFIG',
};

/** What `npm start` shows once everything is ready. Fits a terminal of 80 columns and 24 lines. */
export function startScreen(options: Options): string {
  const { url, redis, demonstration, authentication, secretOrigin, stateDir, adminPorts } = options;
  const { consoleUrl, hasInbox } = options;
  const origin = (options.publicUrl ?? 'https://YOUR-PUBLIC-HOST').replace(/\/+$/, '');
  const field = (name: string, value: unknown) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  const { subject, audience, isSecretBase64Encoded } = authentication;
  const claims = [...(subject === undefined ? [] : [field('subject', subject)]), field('audience', audience)];
  const secret = SECRET_PLACEHOLDERS[secretOrigin] ?? authentication.secret;
  return `
SMS gateway: ${url}
Console:     ${consoleUrl}${hasInbox ? `, inbox: ${consoleUrl}/inbox` : ''}
Redis:       ${redis}

A code for ${DEMONSTRATION_RECIPIENT}, through the endpoint above:
${demonstration.join('\n')}

Auth0: npm run gateway -- auth0 connect, or "options" of the SMS connection:
{ "provider": "sms_gateway", "gateway_url": "${origin}/v1/sms",
  "gateway_authentication": { "method": "bearer",
    ${claims.join(', ')},
    ${field('secret', secret)},
    ${field('secret_base64_encoded', isSecretBase64Encoded)} },
  "forward_req_info": true }

Send another:  npm run send -- ${DEMONSTRATION_RECIPIENT}
Logs:          ${stateDir}/ingress.log, worker.log, console.log, redis.log
Metrics:       http://127.0.0.1:${adminPorts.ingress}/metrics (ingress), :${adminPorts.worker} (worker)
Ctrl-C stops everything and keeps accepted messages.${hasInbox ? ' Codes as they arrive:' : ''}
`;
}
