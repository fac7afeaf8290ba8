import { choice, list, text, token } from '@sms-gateway/config/fields';
import { defineProvider } from '../provider-descriptor.ts';
import { apiSettings, originOf, providerSettings, senderSetting } from '../provider-settings.ts';
import { SINCH_REGIONS } from './sinch-regions.ts';

const setting = providerSettings('sinch');

export const sinch = defineProvider({
  kind: 'sinch',
  settings: {
    servicePlanId: setting({
      env: 'SINCH_SERVICE_PLAN_ID',
      schema: text.regex(
        /^[A-Za-z0-9_-]+$/,
        'must be letters, digits, - and _; copy it from the Sinch dashboard',
      ),
      doc: 'ID of the service plan',
    }),
    apiToken: setting({
      env: 'SINCH_API_TOKEN',
      schema: token,
      secret: true,
      doc: 'API token of the service plan',
    }),
    region: setting({
      env: 'SINCH_REGION',
      schema: choice(SINCH_REGIONS),
      default: 'us',
      doc: `Region of the service plan: ${SINCH_REGIONS.join(', ')}`,
    }),
    from: senderSetting('sinch', 'SINCH'),
    webhookSecret: setting({
      env: 'SINCH_WEBHOOK_SECRET',
      schema: list(token),
      services: ['ingress'],
      secret: true,
      doc: 'Verifies receipts where the account signs them; several, comma-separated, for rotation; else their URL does',
    }),
    ...apiSettings('sinch', 'SINCH', "the region's base URL"),
  },
  senderSettings: ['from'],
  configure({ servicePlanId, apiToken, region, from, apiUrl }, review) {
    review.require('servicePlanId', 'copy it from the Sinch dashboard, under SMS, APIs');
    review.require('apiToken', 'copy it from the Sinch dashboard, under SMS, APIs');
    review.require('from', 'set the sender: a number of the service plan or a sender ID');
    if (servicePlanId === undefined || apiToken === undefined) return undefined;
    if (region === undefined || from === undefined) return undefined;
    return { servicePlanId, apiToken, region, from, apiUrl };
  },
  describe: ({ region, apiUrl }) => ({
    authentication: 'configured',
    sender: 'from',
    region,
    origin: originOf(apiUrl),
  }),
  async create(options, { connections }) {
    const { createSinchProvider } = await import('./sinch.ts');
    return createSinchProvider({ ...options, connections });
  },
  receipts: {
    proof: 'webhookSecret',
    configure: ({ webhookSecret }) => ({ webhookSecrets: webhookSecret }),
    async createReader(options) {
      const { createSinchReceipts } = await import('./sinch-receipts.ts');
      return createSinchReceipts(options);
    },
  },
  credentials: {
    settings: (label) => `${label('servicePlanId')}, ${label('apiToken')} and ${label('region')}`,
    async checks(options) {
      const { sinchCredentials } = await import('./sinch-credentials.ts');
      return [sinchCredentials(options)];
    },
  },
});
