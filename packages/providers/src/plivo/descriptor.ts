import { UUID } from '@sms-gateway/contract';
import { list, text, token, uuid } from '@sms-gateway/config/fields';
import { defineProvider } from '../provider-descriptor.ts';
import { apiSettings, ON_BOTH, originOf, providerSettings, senderSetting } from '../provider-settings.ts';
import { spareChecks, withSpareCredentials } from '../spare-credentials.ts';
import type { PlivoProviderOptions } from './plivo.ts';

const setting = providerSettings('plivo');

type Options = Pick<PlivoProviderOptions, 'authId' | 'authToken' | 'sender' | 'apiUrl'> & {
  /** Further auth tokens to send with if Plivo refuses the first. */
  spareAuthTokens?: string[] | undefined;
};

export const plivo = defineProvider({
  kind: 'plivo',
  settings: {
    authId: setting({
      env: 'PLIVO_AUTH_ID',
      schema: text.regex(
        /^[A-Za-z0-9]+$/,
        'must be letters and digits; copy it from the overview of the Plivo console',
      ),
      doc: 'Auth ID of the account or subaccount',
    }),
    authToken: setting({
      env: 'PLIVO_AUTH_TOKEN',
      schema: list(token),
      services: ON_BOTH,
      secret: true,
      doc: 'Auth token of the account or subaccount; several, comma-separated, for rotation: the first that Plivo accepts sends, all verify receipts',
    }),
    from: senderSetting('plivo', 'PLIVO'),
    powerpackUuid: setting({
      env: 'PLIVO_POWERPACK_UUID',
      schema: uuid('copy it from the Powerpack in the Plivo console'),
      doc: 'Powerpack that chooses the sender, in place of PLIVO_FROM',
    }),
    ...apiSettings('plivo', 'PLIVO'),
  },
  senderSettings: ['from', 'powerpackUuid'],
  senderPool: { form: UUID, called: 'the UUID of a Powerpack' },
  configure(
    { authId, authToken: authTokens = [], from, powerpackUuid, apiUrl },
    review,
  ): Options | undefined {
    const [authToken, ...spareAuthTokens] = authTokens;
    review.require('authId', 'copy it from the overview of the Plivo console');
    review.require('authToken', 'copy it from the overview of the Plivo console');
    const powerpackLabel = review.label('powerpackUuid');
    if (!review.isGiven('powerpackUuid')) {
      review.require('from', `set the sender, or ${powerpackLabel} in its place`);
    } else if (review.isGiven('from')) {
      review.problem('from', `contradicts ${powerpackLabel}; remove one of them`);
    }
    const pool = powerpackUuid === undefined ? undefined : { powerpackUuid };
    const sender = from === undefined ? pool : { from };
    if (authId === undefined || authToken === undefined || sender === undefined) return undefined;
    return { authId, authToken, sender, apiUrl, ...(spareAuthTokens.length > 0 && { spareAuthTokens }) };
  },
  describe: ({ sender, apiUrl }) => ({
    authentication: 'configured',
    sender: 'from' in sender ? 'from' : 'powerpack',
    origin: originOf(apiUrl),
  }),
  async create({ spareAuthTokens = [], ...options }, { connections, onEvent }) {
    const { createPlivoProvider } = await import('./plivo.ts');
    const spares = spareAuthTokens.map((authToken) =>
      createPlivoProvider({ ...options, authToken, connections }),
    );
    return withSpareCredentials([createPlivoProvider({ ...options, connections }), ...spares], onEvent);
  },
  receipts: {
    proof: 'authToken',
    configure: ({ authToken }) => (authToken === undefined ? undefined : { authTokens: authToken }),
    async createReader(options) {
      const { createPlivoReceipts } = await import('./plivo-receipts.ts');
      return createPlivoReceipts(options);
    },
  },
  credentials: {
    settings: (label) => `${label('authId')} and ${label('authToken')}`,
    async checks({ spareAuthTokens = [], ...options }) {
      const { plivoCredentials } = await import('./plivo-credentials.ts');
      return [
        plivoCredentials(options),
        ...spareChecks(spareAuthTokens, (authToken) => [plivoCredentials({ ...options, authToken })]),
      ];
    },
  },
});
