import type { SmscAddress } from './connect.ts';
import type { SmppDialect } from './dialect.ts';

export type SmppPreset = {
  /** Where the values are published. */
  source: string;
  /** The centre's public hosts, if they are the same for everybody. */
  hosts?: readonly SmscAddress[];
  dialect: Partial<SmppDialect>;
};

const UNKNOWN = { ton: 0, npi: 0 };
const SINCH_CLOUD = [1, 2, 3, 5].map((number) => `sms-cloud-${number}.clxcommunications.com`);

/** What message centres publish about their dialect, where it differs from STANDARD_DIALECT. */
export const PRESETS = {
  infobip: {
    source: 'https://www.infobip.com/docs/essentials/smpp-specification',
    hosts: ['smpp3.infobip.com', 'smpp1.infobip.com'].map((host) => ({ host, port: 8888, tls: false })),
    dialect: {},
  },
  sinch: {
    source: 'https://developers.sinch.com/docs/sms/smpp/send-message/',
    dialect: {
      source: {
        number: { ton: 1, npi: 1 },
        shortCode: { ton: 0, npi: 1 },
        alphanumeric: { ton: 5, npi: 0 },
      },
    },
  },
  'sinch-cloud': {
    source: 'https://developers.sinch.com/docs/sms-other-cloud-smpp',
    hosts: SINCH_CLOUD.map((host) => ({ host, port: 8443, tls: true })),
    dialect: {},
  },
  'sinch-cloud-latin1': {
    source: 'https://developers.sinch.com/docs/sms-other-cloud-smpp',
    hosts: SINCH_CLOUD.map((host) => ({ host, port: 9443, tls: true })),
    dialect: { alphabet: 'latin1' },
  },
  smsportal: {
    source: 'https://docs.smsportal.com/docs/smpp-usage',
    dialect: {
      source: { number: UNKNOWN, shortCode: UNKNOWN, alphanumeric: UNKNOWN },
      destination: { ...UNKNOWN, format: 'digits', country: undefined },
    },
  },
} as const satisfies Record<string, SmppPreset>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = [
  'infobip',
  'sinch',
  'sinch-cloud',
  'sinch-cloud-latin1',
  'smsportal',
] as const satisfies PresetName[];
