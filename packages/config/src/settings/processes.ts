import { choice, duration } from '../fields.ts';
import { settingsIn } from '../setting.ts';

const setting = settingsIn('Processes', ['ingress', 'worker', 'console']);

export const processSettings = {
  logLevel: setting({
    env: 'LOG_LEVEL',
    schema: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    doc: 'fatal, error, warn, info, debug, trace or silent',
  }),
  shutdownTimeout: setting({
    env: 'SHUTDOWN_TIMEOUT',
    schema: duration('1s', '10m'),
    default: '25s',
    doc: 'How long a stopping process may take to finish the work in hand, 1s to 10m',
  }),
};
