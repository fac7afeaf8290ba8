import { describeConfig, loadWorkerConfig } from '@sms-gateway/config';
import { expect, test } from 'vitest';
import { PROVIDERS } from '../registry.ts';

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
        host: 'smsc.example.com',
        port: 3550,
        tls: true,
        systemId: 'canary-id',
        password: 'canary08',
        systemType: '',
        from: 'Acme',
        windowSize: 10,
      },
    },
  ]);
});

test('it may have a port, a system type and a window of its own', () => {
  const env = { SMPP_URL: 'smpp://[::1]:2776', SMPP_SYSTEM_TYPE: 'VMA', SMPP_WINDOW: '1000' };

  expect(worker(env).providers).toMatchObject([
    { options: { host: '::1', port: 2776, tls: false, systemType: 'VMA', windowSize: 1000 } },
  ]);
  expect(worker({ SMPP_URL: 'smpp://127.0.0.1' }).providers).toMatchObject([{ options: { port: 2775 } }]);
});

test('it is described without credentials and sender', () => {
  const { providers } = describeConfig(worker(), PROVIDERS);

  expect(providers).toMatchObject([{ kind: 'smpp', host: 'smsc.example.com', port: 3550, tls: true }]);
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
  ['a path', { SMPP_URL: 'smpp://x/canary' }, 'SMPP_URL: must have nothing after the port'],
  ['no system ID', { SMPP_SYSTEM_ID: '' }, 'SMPP_SYSTEM_ID: not set; the operator of the SMSC gives it'],
  ['a long system ID', { SMPP_SYSTEM_ID: 'canary0123456789' }, 'SMPP_SYSTEM_ID: must be 1 to 15 printable'],
  ['no password', { SMPP_PASSWORD: '' }, 'SMPP_PASSWORD: not set; the operator of the SMSC gives it'],
  [
    'a long password',
    { SMPP_PASSWORD: 'canary789' },
    'SMPP_PASSWORD: must be 1 to 8 printable ASCII characters, as SMPP 3.4 has it',
  ],
  [
    'a long system type',
    { SMPP_SYSTEM_TYPE: 'canary6789012' },
    'SMPP_SYSTEM_TYPE: must be 1 to 12 printable',
  ],
  ['no sender', { SMPP_FROM: '' }, 'SMPP_FROM: not set; set the sender'],
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
