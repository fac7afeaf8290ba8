import { z } from 'zod';
import { choice, list } from '../fields.ts';
import { settingsIn } from '../setting.ts';

const setting = settingsIn('Encryption in Redis', ['ingress', 'worker', 'console']);

export const encryptionSettings = {
  payloadKeys: setting({
    env: 'PAYLOAD_KEYS',
    schema: list(z.string()),
    secret: true,
    doc: '32-byte base64url keys, comma-separated; the first encrypts, all decrypt; the same for all processes',
    fillIn: '32 bytes (openssl rand -base64 32)',
  }),
  payloadEncryption: setting({
    env: 'PAYLOAD_ENCRYPTION',
    schema: choice(['on', 'off']),
    default: 'on',
    doc: 'off keeps recipients and texts readable in Redis, for trying the gateway out',
  }),
};
