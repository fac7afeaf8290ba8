import { text, wholeNumber } from '@sms-gateway/config/fields';
import { defineProvider } from '../provider-descriptor.ts';
import { providerSettings, rateLimit, senderSetting } from '../provider-settings.ts';
import type { SmppProviderOptions } from './smpp.ts';
import { smppUrl } from './smpp-url.ts';

const setting = providerSettings('smpp');

type Options = Pick<
  SmppProviderOptions,
  'host' | 'port' | 'tls' | 'systemId' | 'password' | 'systemType' | 'from' | 'windowSize'
>;

/** Lengths: SMPP 3.4, section 4.1.1, without the octet that ends each. */
function ascii(max: number) {
  return text.regex(
    new RegExp(`^[\\x21-\\x7e]{1,${max}}$`),
    `must be 1 to ${max} printable ASCII characters, as SMPP 3.4 has it`,
  );
}

export const smpp = defineProvider({
  kind: 'smpp',
  settings: {
    url: setting({
      env: 'SMPP_URL',
      schema: smppUrl,
      doc: 'smpp://host:2775, or smpps://host:3550 with TLS',
      example: 'smpps://smsc.example.com',
    }),
    systemId: setting({
      env: 'SMPP_SYSTEM_ID',
      schema: ascii(15),
      doc: 'System ID to bind with, up to 15 characters',
    }),
    password: setting({
      env: 'SMPP_PASSWORD',
      schema: ascii(8),
      secret: true,
      doc: 'Password to bind with, up to 8 characters',
    }),
    systemType: setting({
      env: 'SMPP_SYSTEM_TYPE',
      schema: ascii(12),
      doc: 'System type, where the SMSC asks for one, up to 12 characters',
    }),
    from: senderSetting('smpp', 'SMPP'),
    windowSize: setting({
      env: 'SMPP_WINDOW',
      schema: wholeNumber(1, 1000),
      default: '10',
      doc: 'Messages that may wait for the answer of the SMSC at once, 1 to 1000',
    }),
    rateLimit: rateLimit('smpp', 'SMPP'),
  },
  senderSettings: ['from'],
  configure({ url, systemId, password, systemType = '', from, windowSize }, review): Options | undefined {
    review.require('url', 'set the address of the SMSC, as in smpp://smsc.example.com:2775');
    review.require('systemId', 'the operator of the SMSC gives it');
    review.require('password', 'the operator of the SMSC gives it');
    review.require('from', 'set the sender: a number, a short code or a sender ID');
    const { host, port, tls } = url ?? {};
    if (host === undefined || port === undefined || tls === undefined) return undefined;
    if (systemId === undefined || password === undefined) return undefined;
    if (from === undefined || windowSize === undefined) return undefined;
    return { host, port, tls, systemId, password, systemType, from, windowSize };
  },
  describe: ({ host, port, tls, windowSize }) => ({
    authentication: 'configured',
    sender: 'from',
    host,
    port,
    tls,
    windowSize,
  }),
  async create(options, { onReceipt, log }) {
    const { createSmppProvider } = await import('./smpp.ts');
    return createSmppProvider({
      ...options,
      onReceipt: (receipt) => onReceipt(receipt),
      onEvent: (event) => log('smpp.event', { event }),
    });
  },
  credentials: {
    settings: (label) => `${label('systemId')}, ${label('password')} and ${label('systemType')}`,
    async checks(options) {
      const { smppCredentials } = await import('./smpp-credentials.ts');
      return [smppCredentials(options)];
    },
  },
});
