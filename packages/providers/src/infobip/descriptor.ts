import { baseUrl as apiBaseUrl, token } from '@sms-gateway/config/fields';
import { defineProvider } from '../provider-descriptor.ts';
import { originOf, providerSettings, rateLimit, senderSetting } from '../provider-settings.ts';

const setting = providerSettings('infobip');

export const infobip = defineProvider({
  kind: 'infobip',
  settings: {
    baseUrl: setting({
      env: 'INFOBIP_BASE_URL',
      schema: apiBaseUrl,
      doc: 'Base URL of the account, https:// included',
      example: 'https://xxxxx.api.infobip.com',
    }),
    apiKey: setting({
      env: 'INFOBIP_API_KEY',
      schema: token,
      secret: true,
      doc: 'API key that may send SMS',
    }),
    from: senderSetting('infobip', 'INFOBIP'),
    rateLimit: rateLimit('infobip', 'INFOBIP'),
  },
  senderSettings: ['from'],
  configure({ baseUrl, apiKey, from }, review) {
    review.require(
      'baseUrl',
      'copy it from the Infobip portal and put https:// in front (https://xxxxx.api.infobip.com)',
    );
    review.require('apiKey', 'make one in the Infobip portal, under API keys');
    review.require('from', 'set the sender: a number of the account or a sender ID');
    if (baseUrl === undefined || apiKey === undefined || from === undefined) return undefined;
    return { baseUrl, apiKey, from };
  },
  describe: ({ baseUrl }) => ({ authentication: 'configured', sender: 'from', origin: originOf(baseUrl) }),
  async create(options, { connections }) {
    const { createInfobipProvider } = await import('./infobip.ts');
    return createInfobipProvider({ ...options, connections });
  },
  receipts: {
    configure: () => ({}),
    async createReader() {
      const { createInfobipReceipts } = await import('./infobip-receipts.ts');
      return createInfobipReceipts();
    },
  },
  credentials: {
    settings: (label) => `${label('baseUrl')} and ${label('apiKey')}`,
    async checks(options) {
      const { infobipCredentials } = await import('./infobip-credentials.ts');
      return [infobipCredentials(options)];
    },
  },
});
