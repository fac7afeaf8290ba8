import { UUID } from '@sms-gateway/contract';
import { list, text, token, uuid } from '@sms-gateway/config/fields';
import { defineProvider } from '../provider-descriptor.ts';
import { apiSettings, ON_BOTH, originOf, providerSettings, senderSetting } from '../provider-settings.ts';
import type { TelnyxProviderOptions } from './telnyx.ts';
import { decodePublicKey } from './telnyx-public-key.ts';

const setting = providerSettings('telnyx');

type Options = Pick<TelnyxProviderOptions, 'apiKey' | 'sender' | 'publicKey' | 'apiUrl'>;

export const telnyx = defineProvider({
  kind: 'telnyx',
  settings: {
    apiKey: setting({
      env: 'TELNYX_API_KEY',
      schema: token,
      secret: true,
      doc: 'API key of the account',
    }),
    from: senderSetting('telnyx', 'TELNYX'),
    messagingProfileId: setting({
      env: 'TELNYX_MESSAGING_PROFILE_ID',
      schema: uuid('copy the ID of the messaging profile from the Telnyx portal'),
      doc: 'Messaging profile: chooses the sender in place of TELNYX_FROM, or holds the sender ID of letters',
    }),
    publicKey: setting({
      env: 'TELNYX_PUBLIC_KEY',
      schema: list(
        text.refine(
          (value) => decodePublicKey(value) !== undefined,
          'must be base64 of 32 bytes; copy the public key from the Telnyx portal, under Keys & Credentials',
        ),
      ),
      services: ON_BOTH,
      doc: 'Public key of the account, base64, which verifies receipts; several, comma-separated, for rotation; without it none are asked for',
    }),
    ...apiSettings('telnyx', 'TELNYX'),
  },
  senderSettings: ['from', 'messagingProfileId'],
  senderPool: { form: UUID, called: 'the UUID of a messaging profile' },
  configure(
    { apiKey, from, messagingProfileId, publicKey: publicKeys = [], apiUrl },
    review,
  ): Options | undefined {
    const [publicKey] = publicKeys;
    review.require('apiKey', 'make one in the Telnyx portal, under API Keys');
    const hasProfile = review.isGiven('messagingProfileId');
    if (!hasProfile) {
      review.require('from', `set the sender, or ${review.label('messagingProfileId')} in its place`);
    }
    if (from !== undefined && /[A-Za-z]/.test(from) && !hasProfile) {
      review.problem(
        'messagingProfileId',
        `not set, though ${review.label('from')} is a sender ID of letters; Telnyx needs its messaging profile`,
      );
    }
    const pool = messagingProfileId === undefined ? undefined : { messagingProfileId };
    const sender = from === undefined ? pool : { from, messagingProfileId };
    return apiKey === undefined || sender === undefined ? undefined : { apiKey, sender, publicKey, apiUrl };
  },
  describe: ({ sender, apiUrl }) => ({
    authentication: 'configured',
    sender: 'from' in sender ? 'from' : 'number_pool',
    origin: originOf(apiUrl),
  }),
  async create(options, { connections }) {
    const { createTelnyxProvider } = await import('./telnyx.ts');
    return createTelnyxProvider({ ...options, connections });
  },
  receipts: {
    proof: 'publicKey',
    configure: ({ publicKey }) => (publicKey === undefined ? undefined : { publicKeys: publicKey }),
    async createReader(options) {
      const { createTelnyxReceipts } = await import('./telnyx-receipts.ts');
      return createTelnyxReceipts(options);
    },
  },
  credentials: {
    settings: (label) => label('apiKey'),
    async checks(options) {
      const { telnyxCredentials } = await import('./telnyx-credentials.ts');
      return [telnyxCredentials(options)];
    },
  },
});
