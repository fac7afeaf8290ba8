import { DEMONSTRATION_RECIPIENT } from './demonstration.ts';
import type { SecretOrigin } from '../../gateway-authentication.ts';
import type { GatewayAuthentication } from '../../play-auth0.ts';

type Options = {
  url: string;
  redis: string;
  /** The demonstration's lines, or why there was none. */
  demonstration: string[];
  authentication: GatewayAuthentication;
  /** A secret that came from outside is nobody's business on a screen. */
  secretOrigin: SecretOrigin;
  /** The gateway as the outside reaches it, if known. */
  publicUrl: string | undefined;
  stateDir: string;
  adminPorts: { ingress: number; worker: number };
};

/** What stands in place of a secret that is not shown. */
const SECRET_PLACEHOLDERS: Record<SecretOrigin, string | undefined> = {
  dev_state: undefined,
  environment: 'THE AUTH0_SECRET OF YOUR ENVIRONMENT',
  configuration: 'THE FIRST SECRET OF default IN YOUR GATEWAY_CONFIG',
};

/** What `npm start` shows once all is up. Fits a terminal of 80 columns and 24 lines. */
export function startScreen(options: Options): string {
  const { url, redis, demonstration, authentication, secretOrigin, stateDir, adminPorts } = options;
  const origin = (options.publicUrl ?? 'https://YOUR-PUBLIC-HOST').replace(/\/+$/, '');
  const { method, ...rest } = {
    method: 'bearer',
    ...(authentication.subject !== undefined && { subject: authentication.subject }),
    audience: authentication.audience,
    secret: SECRET_PLACEHOLDERS[secretOrigin] ?? authentication.secret,
    secret_base64_encoded: authentication.isSecretBase64Encoded,
  };
  const fields = Object.entries(rest).map(([name, value]) => `    "${name}": ${JSON.stringify(value)}`);
  return `
SMS gateway: ${url}
Redis:       ${redis}

A code for ${DEMONSTRATION_RECIPIENT}, through the endpoint above:
${demonstration.join('\n')}

Auth0, "options" of the SMS connection${secretOrigin === 'dev_state' ? ' (a secret made here, for development)' : ''}:
{ "provider": "sms_gateway",
  "gateway_url": "${origin}/v1/sms",
  "gateway_authentication": { "method": "${method}",
${fields.join(',\n')} },
  "forward_req_info": true }

Send another:  npm run send -- ${DEMONSTRATION_RECIPIENT}
Logs:          ${stateDir}/ingress.log, worker.log, redis.log
Metrics:       http://127.0.0.1:${adminPorts.ingress}/metrics (ingress), :${adminPorts.worker} (worker)
Ctrl-C stops everything; what was accepted is kept.
`;
}
