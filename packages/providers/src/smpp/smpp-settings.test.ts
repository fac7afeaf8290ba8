import { describeConfig, loadWorkerConfig } from '@sms-gateway/config';
import { expect, test } from 'vitest';
import { PROVIDERS } from '../registry.ts';
import { type SmppDialect, STANDARD_DIALECT } from './dialect.ts';
import { PRESET_NAMES, PRESETS } from './presets.ts';

const SMPP = {
  PAYLOAD_ENCRYPTION: 'off',
  PROVIDERS: 'smpp',
  SMPP_URL: 'smpps://smsc.example.com',
  SMPP_SYSTEM_ID: 'canary-id',
  SMPP_PASSWORD: 'canary08',
  SMPP_FROM: 'Acme',
};

const worker = (env: Record<string, string> = {}) =>
  loadWorkerConfig({ env: { ...SMPP, ...env }, providers: PROVIDERS });

test('an SMSC is configured by its URL and what to bind with', () => {
  expect(worker().providers).toEqual([
    {
      name: 'smpp',
      kind: 'smpp',
      options: {
        hosts: [{ host: 'smsc.example.com', port: 3550, tls: true }],
        systemId: 'canary-id',
        password: 'canary08',
        systemType: '',
        from: 'Acme',
        windowSize: 10,
        respondTimeoutMs: 10_000,
        enquireIntervalMs: 30_000,
        dialect: STANDARD_DIALECT,
      },
    },
  ]);
});

test('it may have a port, a system type and a window of its own', () => {
  const env = { SMPP_URL: 'smpp://[::1]:2776', SMPP_SYSTEM_TYPE: 'VMA', SMPP_WINDOW: '1000' };

  expect(worker(env).providers).toMatchObject([
    {
      options: {
        hosts: [{ host: '::1', port: 2776, tls: false }],
        systemType: 'VMA',
        windowSize: 1000,
      },
    },
  ]);
  expect(worker({ SMPP_URL: 'smpp://127.0.0.1' }).providers).toMatchObject([
    { options: { hosts: [{ port: 2775 }] } },
  ]);
});

test('its receiver may have hosts of its own, and needs a bind of its own for that', () => {
  const env = { SMPP_RECEIVER_URL: 'smpp://rx.example.com:2776,smpps://rx2.example.com' };
  expect(worker({ ...env, SMPP_BIND: 'transmitter+receiver' }).providers).toMatchObject([
    {
      options: {
        hosts: [{ host: 'smsc.example.com' }],
        receiverHosts: [
          { host: 'rx.example.com', port: 2776, tls: false },
          { host: 'rx2.example.com', port: 3550, tls: true },
        ],
      },
    },
  ]);
  expect(() => worker(env)).toThrow(
    'SMPP_RECEIVER_URL: has no effect; set SMPP_BIND to transmitter+receiver',
  );
});

test.each<[env: Record<string, string>, dialect: Partial<SmppDialect>]>([
  [{ SMPP_BIND: 'transmitter+receiver' }, { bindMode: 'transmitter+receiver' }],
  [{ SMPP_INTERFACE_VERSION: '5.0' }, { interfaceVersion: 0x50 }],
  [{ SMPP_PRIORITY: '0x01' }, { priority: 1 }],
  [{ SMPP_DATA_CODING: '0x03', SMPP_UCS2_DATA_CODING: '0x18' }, { dataCoding: { default: 3, ucs2: 0x18 } }],
  [
    { SMPP_REGISTERED_DELIVERY: '0x11', SMPP_PROTOCOL_ID: '0x40' },
    { registeredDelivery: 17, protocolId: 64 },
  ],
  [
    { SMPP_INTERFACE_VERSION: '0x33', SMPP_BIND: 'transmitter+receiver' },
    {
      interfaceVersion: 0x33,
      bindMode: 'transmitter+receiver',
      registrationTlvs: { entityId: undefined, templateId: undefined },
    },
  ],
  [
    { SMPP_BIND_TON_NPI: '1/1', SMPP_ADDRESS_RANGE: '^467' },
    { bindAddress: { ton: 1, npi: 1, range: '^467' } },
  ],
  [
    { SMPP_NUMBER_TON_NPI: '2/8', SMPP_SHORT_CODE_TON_NPI: '0/1', SMPP_ALPHANUMERIC_TON_NPI: '5/1' },
    {
      source: {
        number: { ton: 2, npi: 8 },
        shortCode: { ton: 0, npi: 1 },
        alphanumeric: { ton: 5, npi: 1 },
      },
    },
  ],
  [
    { SMPP_DESTINATION_TON_NPI: '0/1', SMPP_DESTINATION_FORMAT: 'plus' },
    { destination: { ton: 0, npi: 1, format: 'plus', country: undefined } },
  ],
  [
    { SMPP_DESTINATION_FORMAT: 'national', SMPP_DESTINATION_COUNTRY: 'ke' },
    { destination: { ton: 2, npi: 1, format: 'national', country: 'KE' } },
  ],
  [
    { SMPP_SERVICE_TYPE: 'CMT', SMPP_PROTOCOL_ID: '64', SMPP_PRIORITY: '1' },
    { serviceType: 'CMT', protocolId: 64, priority: 1 },
  ],
  [
    { SMPP_VALIDITY: 'null', SMPP_REGISTERED_DELIVERY: '17' },
    { validity: 'null', registeredDelivery: 17 },
  ],
  [
    { SMPP_ALPHABET: 'latin1', SMPP_DATA_CODING: '3', SMPP_UCS2_DATA_CODING: '24' },
    { alphabet: 'latin1', dataCoding: { default: 3, ucs2: 24 } },
  ],
  [
    {
      SMPP_CONCATENATION: 'sar',
      SMPP_MESSAGE_IDS: 'hex-to-decimal',
      SMPP_RECEIPT_PARTS: 'last',
      SMPP_RECEIPT_MARK: 'text',
    },
    { concatenation: 'sar', messageIds: 'hex-to-decimal', receiptParts: 'last', receiptMark: 'text' },
  ],
  [
    {
      SMPP_TLVS: '0x1414=OTP, 5123=0x01',
      SMPP_ENTITY_ID_TLV: '0x1500',
      SMPP_TEMPLATE_ID_TLV: 'off',
      SMPP_TLV_STRINGS: 'c-octet',
    },
    {
      tlvs: [
        [0x14_14, 'OTP'],
        [0x14_03, '0x01'],
      ],
      registrationTlvs: { entityId: 0x15_00, templateId: undefined },
      tlvStrings: 'c-octet',
    },
  ],
])('%o sets the dialect', (env, dialect) => {
  expect(worker(env).providers).toMatchObject([
    { options: { dialect: { ...STANDARD_DIALECT, ...dialect } } },
  ]);
});

test('its hosts, timers and window are settings', () => {
  const env = {
    SMPP_URL: 'smpp://a.example:2775, smpps://b.example',
    SMPP_ENQUIRE_INTERVAL: '15s',
    SMPP_RESPONSE_TIMEOUT: '5s',
  };
  expect(worker(env).providers).toMatchObject([
    {
      options: {
        hosts: [
          { host: 'a.example', port: 2775, tls: false },
          { host: 'b.example', port: 3550, tls: true },
        ],
        enquireIntervalMs: 15_000,
        respondTimeoutMs: 5_000,
      },
    },
  ]);
});

test('several binds have settings of their own, in the environment and in the file', () => {
  const carrier = { url: 'smpp://c.example', systemId: 'c', password: '${PASSWORD_C}', from: 'Acme' };
  const { providers } = loadWorkerConfig({
    env: {
      PAYLOAD_ENCRYPTION: 'off',
      GATEWAY_CONFIG: 'gateway.yaml',
      SMPP_CARRIERA_URL: 'smpp://a.example',
      SMPP_CARRIERA_SYSTEM_ID: 'a',
      SMPP_CARRIERA_PASSWORD: 'secret-a',
      SMPP_CARRIERA_FROM: 'Acme',
      SMPP_CARRIERA_ALPHABET: 'latin1',
      PASSWORD_C: 'secret-c',
    },
    readFile: () =>
      JSON.stringify({
        providers: {
          order: ['smpp:carrierA', 'smpp:carrierC'],
          'smpp:carrierC': { ...carrier, bind: 'transmitter+receiver', interfaceVersion: 3.3 },
        },
      }),
    providers: PROVIDERS,
  });

  expect(providers).toMatchObject([
    { name: 'smpp:carrierA', kind: 'smpp', options: { systemId: 'a', dialect: { alphabet: 'latin1' } } },
    {
      name: 'smpp:carrierC',
      options: {
        password: 'secret-c',
        dialect: { alphabet: 'gsm', bindMode: 'transmitter+receiver', interfaceVersion: 0x33 },
      },
    },
  ]);
});

test.each(PRESET_NAMES)(
  'the preset %s is what it names its source for, and any setting comes before it',
  (name) => {
    const preset = PRESETS[name];
    const [provider] = worker({ SMPP_PRESET: name, SMPP_PRIORITY: '3', SMPP_ALPHABET: 'ascii' }).providers;

    expect(provider).toMatchObject({
      options: { dialect: { ...STANDARD_DIALECT, ...preset.dialect, alphabet: 'ascii', priority: 3 } },
    });
    expect(preset.source).toMatch(/^https:/);
    expect(Object.keys(PRESETS)).toEqual([...PRESET_NAMES]);
  },
);

test('a preset knows the hosts of its centre', () => {
  expect(worker({ SMPP_URL: '', SMPP_PRESET: 'infobip' }).providers).toMatchObject([
    { options: { hosts: [{ host: 'smpp3.infobip.com', port: 8888 }, {}] } },
  ]);
});

test('TLVs of a registration are checked, and YAML may write tags as numbers', () => {
  const load = (fields: string) =>
    loadWorkerConfig({
      env: { ...SMPP, GATEWAY_CONFIG: 'gateway.yaml' },
      readFile: () => `
registrations: { IN: { parameters: { smpp: { ${fields} } } } }
providers: { smpp: { entityIdTlv: 0x1500 } }`,
      providers: PROVIDERS,
    });

  const { providers, routing } = load('0x1402: "9c70"');
  expect(providers).toMatchObject([{ options: { dialect: { registrationTlvs: { entityId: 0x15_00 } } } }]);
  expect(routing.registrations['IN']?.parameters).toEqual({ smpp: { '5122': '9c70' } });
  expect(() => load('TM_ID: "1"')).toThrow(
    'registrations.IN.parameters.smpp.TM_ID: must be the tag of a TLV',
  );
  expect(() => load('0x1402: 42')).toThrow('must be 1 to 255 characters of printable ASCII in quotes');
});

test('it is described without credentials and sender', () => {
  const { providers } = describeConfig(worker(), PROVIDERS);

  expect(providers).toMatchObject([{ kind: 'smpp', hosts: ['smpps://smsc.example.com:3550'] }]);
  expect(JSON.stringify(providers)).not.toMatch(/canary|Acme/);
});

test.each<[string, Record<string, string>, string]>([
  ['no URL', { SMPP_URL: '' }, 'SMPP_URL: not set; set the address of the SMSC'],
  ['another scheme', { SMPP_URL: 'https://x' }, 'SMPP_URL: must be a URL that begins with smpp://'],
  ['a port out of range', { SMPP_URL: 'smpp://x:99999' }, 'SMPP_URL: must be a URL that begins with smpp://'],
  ['port 0', { SMPP_URL: 'smpp://x:0' }, 'SMPP_URL: must have a port from 1 to 65535'],
  [
    'a password in its URL',
    { SMPP_URL: 'smpp://canary:canary@x' },
    'SMPP_URL: must not hold a user or password; use SMPP_SYSTEM_ID and SMPP_PASSWORD',
  ],
  [
    'a bad backup host',
    { SMPP_URL: 'smpp://a.example,b.example' },
    'SMPP_URL: entry 2 must be a URL that begins with smpp://',
  ],
  ['a path', { SMPP_URL: 'smpp://x/canary' }, 'SMPP_URL: must have nothing after the port'],
  ['no system ID', { SMPP_SYSTEM_ID: '' }, 'SMPP_SYSTEM_ID: not set; the operator of the SMSC gives it'],
  ['a long system ID', { SMPP_SYSTEM_ID: 'canary0'.repeat(10) }, 'SMPP_SYSTEM_ID: must be 1 to 64 printable'],
  ['no octet', { SMPP_DATA_CODING: '0x100' }, 'SMPP_DATA_CODING: must be a whole number from 0 to 255'],
  ['no password', { SMPP_PASSWORD: '' }, 'SMPP_PASSWORD: not set; the operator of the SMSC gives it'],
  [
    'a long password',
    { SMPP_PASSWORD: `canary${'9'.repeat(60)}` },
    'SMPP_PASSWORD: must be 1 to 64 printable ASCII characters',
  ],
  [
    'a long system type',
    { SMPP_SYSTEM_TYPE: 'canary6789012' },
    'SMPP_SYSTEM_TYPE: must be 1 to 12 printable',
  ],
  ['no sender', { SMPP_FROM: '' }, 'SMPP_FROM: not set; set the sender'],
  ['a version that there is not', { SMPP_INTERFACE_VERSION: '4.0' }, 'SMPP_INTERFACE_VERSION: must be 3.3,'],
  [
    'a transceiver of 3.3',
    { SMPP_INTERFACE_VERSION: '3.3' },
    'SMPP_INTERFACE_VERSION: is 3.3, which has no transceiver; set SMPP_BIND to transmitter+receiver',
  ],
  [
    'TLVs of 3.3',
    { SMPP_INTERFACE_VERSION: '3.3', SMPP_BIND: 'transmitter', SMPP_CONCATENATION: 'sar' },
    'SMPP_CONCATENATION: must be udh8 or udh16',
  ],
  ['a TON alone', { SMPP_NUMBER_TON_NPI: '5' }, 'SMPP_NUMBER_TON_NPI: must be TON and NPI with a slash'],
  ['a TON out of range', { SMPP_NUMBER_TON_NPI: '256/0' }, 'SMPP_NUMBER_TON_NPI: must be TON and NPI'],
  [
    'a national format of no country',
    { SMPP_DESTINATION_FORMAT: 'national' },
    'SMPP_DESTINATION_FORMAT: is national; set SMPP_DESTINATION_COUNTRY',
  ],
  ['a slip', { SMPP_ALPHABET: 'latin-1' }, 'SMPP_ALPHABET: must be one of gsm, gsm-packed, latin1'],
  ['a TLV without a value', { SMPP_TLVS: '0x1414' }, 'must be a tag and a value, such as 0x1414=OTP'],
  ['a TLV of a name', { SMPP_TLVS: 'message_type=OTP' }, 'must be the tag of a TLV, such as 0x1402'],
  ['a TLV that the gateway writes', { SMPP_TLVS: '0x0424=canary' }, 'none that the gateway writes itself'],
  ['a TLV beyond ASCII', { SMPP_TLVS: '0x1414=canaryé' }, 'must be 1 to 255 characters of printable ASCII'],
  ['a bad tag', { SMPP_ENTITY_ID_TLV: 'PE_ID' }, 'SMPP_ENTITY_ID_TLV: must be the tag of a TLV'],
  [
    "India's TLVs of 3.3",
    { SMPP_INTERFACE_VERSION: '3.3', SMPP_BIND: 'transmitter', SMPP_ENTITY_ID_TLV: '0x1400' },
    'SMPP_ENTITY_ID_TLV: cannot be sent where the interface version is 3.3',
  ],
  ['a window of nothing', { SMPP_WINDOW: '0' }, 'SMPP_WINDOW: must be a whole number from 1 to 1000'],
  ['a window too wide', { SMPP_WINDOW: '1001' }, 'SMPP_WINDOW: must be a whole number from 1 to 1000'],
])('an SMSC with %s is refused, and no value is shown', (_what, env, message) => {
  let problem = '';
  try {
    worker(env);
  } catch (error) {
    problem = String(error);
  }
  expect(problem).toContain(message);
  expect(problem).not.toContain('canary');
});

test.each([
  [{ SMPP_BIND: 'transmitter' }, 'SMPP_BIND: is transmitter: no delivery receipts come'],
  [
    { SMPP_SYSTEM_ID: 'canary0123456789' },
    'SMPP_SYSTEM_ID: is longer than the 15 characters of SMPP 3.4; some SMSCs take that, others refuse the bind',
  ],
  [{ SMPP_PASSWORD: 'canary789' }, 'SMPP_PASSWORD: is longer than the 8 characters of SMPP 3.4'],
  [{ SMPP_DESTINATION_COUNTRY: 'KE' }, 'SMPP_DESTINATION_COUNTRY: has no effect'],
])('%o is warned of', (env, warning) => {
  expect(worker(env).warnings.join()).toContain(warning);
});
