import { list, text, token } from '@sms-gateway/config/fields';
import { MESSAGING_SERVICE_SID } from '@sms-gateway/contract';
import { defineProvider } from '../provider-descriptor.ts';
import { apiSettings, ON_BOTH, originOf, providerSettings, senderSetting } from '../provider-settings.ts';
import { spareChecks, withSpareCredentials } from '../spare-credentials.ts';
import type { TwilioProviderOptions } from './twilio.ts';

const setting = providerSettings('twilio');

type Options = Pick<TwilioProviderOptions, 'accountSid' | 'credentials' | 'sender' | 'apiUrl'> & {
  /** Further auth tokens to send with if Twilio refuses the first; undefined with an API key. */
  spareAuthTokens?: string[] | undefined;
};

export const twilio = defineProvider({
  kind: 'twilio',
  settings: {
    accountSid: setting({
      env: 'TWILIO_ACCOUNT_SID',
      schema: text.regex(
        /^AC[0-9a-fA-F]{32}$/,
        'must be AC and 32 hexadecimal digits; copy it from the Twilio console',
      ),
      doc: 'AC and 32 hexadecimal digits',
    }),
    authToken: setting({
      env: 'TWILIO_AUTH_TOKEN',
      schema: list(token),
      services: ON_BOTH,
      secret: true,
      doc: 'Auth token of the account; several, comma-separated, for rotation: the first that Twilio accepts sends, all verify receipts',
    }),
    apiKey: setting({
      env: 'TWILIO_API_KEY',
      schema: token.regex(/^SK/, 'must begin with SK; copy the SID of the API key from the Twilio console'),
      secret: true,
      doc: 'API key SID, used in place of the auth token',
    }),
    apiSecret: setting({
      env: 'TWILIO_API_SECRET',
      schema: token,
      secret: true,
      doc: 'Secret of the API key',
    }),
    from: senderSetting('twilio', 'TWILIO'),
    messagingServiceSid: setting({
      env: 'TWILIO_MESSAGING_SERVICE_SID',
      schema: token.regex(/^MG/, 'must begin with MG; copy it from the Twilio console'),
      doc: 'Messaging service that chooses the sender, in place of TWILIO_FROM',
    }),
    ...apiSettings('twilio', 'TWILIO'),
  },
  senderSettings: ['from', 'messagingServiceSid'],
  senderPool: { form: MESSAGING_SERVICE_SID, called: 'the SID of a messaging service (MG and 32 digits)' },
  configure(settings, review): Options | undefined {
    const { accountSid, apiKey, apiSecret, from, messagingServiceSid, apiUrl } = settings;
    const [authToken, ...spareAuthTokens] = settings.authToken ?? [];
    review.require('accountSid', 'copy it from the Twilio console (AC and 32 hexadecimal digits)');
    if (review.isGiven('apiKey') !== review.isGiven('apiSecret')) {
      const [given, missing] = review.isGiven('apiKey')
        ? (['apiKey', 'apiSecret'] as const)
        : (['apiSecret', 'apiKey'] as const);
      review.problem(missing, `not set, though ${review.label(given)} is; an API key needs both`);
    } else if (!review.isGiven('apiKey')) {
      const apiKeyPair = `${review.label('apiKey')} and ${review.label('apiSecret')}`;
      review.require('authToken', `set it, or ${apiKeyPair} in its place`);
    }
    const serviceLabel = review.label('messagingServiceSid');
    if (!review.isGiven('messagingServiceSid')) {
      review.require('from', `set the sender, or ${serviceLabel} in its place`);
    } else if (review.isGiven('from')) {
      review.problem('from', `contradicts ${serviceLabel}; remove one of them`);
    }

    const byToken = authToken === undefined ? undefined : { authToken };
    const credentials =
      apiKey === undefined || apiSecret === undefined ? byToken : { apiKey, apiSecret, authToken };
    const service = messagingServiceSid === undefined ? undefined : { messagingServiceSid };
    const sender = from === undefined ? service : { from };
    if (accountSid === undefined || credentials === undefined || sender === undefined) return undefined;
    const hasSpares = credentials === byToken && spareAuthTokens.length > 0;
    return { accountSid, credentials, sender, apiUrl, ...(hasSpares && { spareAuthTokens }) };
  },
  describe: ({ credentials, sender, apiUrl }) => ({
    authentication: 'apiKey' in credentials ? 'api_key' : 'auth_token',
    sender: 'from' in sender ? 'from' : 'messaging_service',
    origin: originOf(apiUrl),
  }),
  async create({ spareAuthTokens = [], ...options }, { connections, onEvent }) {
    const { createTwilioProvider } = await import('./twilio.ts');
    const spares = spareAuthTokens.map((authToken) =>
      createTwilioProvider({ ...options, credentials: { authToken }, connections }),
    );
    return withSpareCredentials([createTwilioProvider({ ...options, connections }), ...spares], onEvent);
  },
  receipts: {
    proof: 'authToken',
    configure: ({ authToken }) => (authToken === undefined ? undefined : { authTokens: authToken }),
    async createReader(options) {
      const { createTwilioReceipts } = await import('./twilio-receipts.ts');
      return createTwilioReceipts(options);
    },
  },
  credentials: {
    settings: (label) =>
      `${label('accountSid')} and ${label('authToken')} (or ${label('apiKey')} and ${label('apiSecret')})`,
    async checks({ spareAuthTokens = [], ...options }) {
      const { twilioCredentials } = await import('./twilio-credentials.ts');
      return [
        ...twilioCredentials(options),
        ...spareChecks(spareAuthTokens, (authToken) =>
          twilioCredentials({ ...options, credentials: { authToken } }),
        ),
      ];
    },
  },
});
