import { list, token } from '@sms-gateway/config/fields';
import { defineProvider } from '../provider-descriptor.ts';
import { apiSettings, ON_BOTH, originOf, providerSettings, senderSetting } from '../provider-settings.ts';

const setting = providerSettings('vonage');

export const vonage = defineProvider({
  kind: 'vonage',
  settings: {
    apiKey: setting({ env: 'VONAGE_API_KEY', schema: token, doc: 'API key of the account' }),
    apiSecret: setting({
      env: 'VONAGE_API_SECRET',
      schema: token,
      secret: true,
      doc: 'API secret of the account',
    }),
    from: senderSetting('vonage', 'VONAGE'),
    signatureSecret: setting({
      env: 'VONAGE_SIGNATURE_SECRET',
      schema: list(token),
      services: ON_BOTH,
      secret: true,
      doc: 'Signature secret of the account, which verifies receipts; several, comma-separated, for rotation; without it none are asked for',
    }),
    ...apiSettings('vonage', 'VONAGE'),
  },
  senderSettings: ['from'],
  configure({ apiKey, apiSecret, from, signatureSecret: signatureSecrets = [], apiUrl }, review) {
    const [signatureSecret] = signatureSecrets;
    review.require('apiKey', 'copy it from the API settings of the Vonage dashboard');
    review.require('apiSecret', 'copy it from the API settings of the Vonage dashboard');
    review.require('from', 'set the sender: a number of the account or a sender ID');
    if (apiKey === undefined || apiSecret === undefined || from === undefined) return undefined;
    return { apiKey, apiSecret, from, signatureSecret, apiUrl };
  },
  describe: ({ apiUrl }) => ({ authentication: 'configured', sender: 'from', origin: originOf(apiUrl) }),
  async create(options, { connections }) {
    const { createVonageProvider } = await import('./vonage.ts');
    return createVonageProvider({ ...options, connections });
  },
  receipts: {
    proof: 'signatureSecret',
    methods: ['GET', 'POST'],
    configure: ({ signatureSecret }) =>
      signatureSecret === undefined ? undefined : { signatureSecrets: signatureSecret },
    async createReader(options) {
      const { createVonageReceipts } = await import('./vonage-receipts.ts');
      return createVonageReceipts(options);
    },
  },
  credentials: {
    settings: (label) => `${label('apiKey')} and ${label('apiSecret')}`,
    async checks(options) {
      const { vonageCredentials } = await import('./vonage-credentials.ts');
      return [vonageCredentials(options)];
    },
  },
});
