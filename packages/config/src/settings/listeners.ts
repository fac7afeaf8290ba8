import { z } from 'zod';
import { baseUrl, portNumber } from '../fields.ts';
import { settingsIn } from '../setting.ts';
import { host } from './host.ts';

const onBoth = settingsIn('Listeners', ['ingress', 'worker']);
const onIngress = settingsIn('Listeners', ['ingress']);

export const listenerSettings = {
  host: onIngress({
    env: 'HOST',
    schema: host,
    default: '0.0.0.0',
    doc: 'Address of the public listener',
  }),
  port: onIngress({ env: 'PORT', schema: portNumber, default: '8080', doc: 'Port of the public listener' }),
  publicUrl: onBoth({
    env: 'PUBLIC_URL',
    schema: baseUrl,
    doc: 'Public URL of the ingress; without it no delivery receipts are requested',
    example: 'https://sms.example.com',
  }),
  admin: z.strictObject({
    host: onBoth({
      env: 'ADMIN_HOST',
      schema: host,
      default: '127.0.0.1',
      doc: 'Address of the private listener (/metrics, /healthz, /readyz)',
      inContainers: '0.0.0.0',
    }),
    port: onBoth({
      env: 'ADMIN_PORT',
      schema: portNumber,
      default: { ingress: '9090', worker: '9091' },
      doc: 'Port of the private listener',
    }),
  }),
};
