import { choice, duration } from '../fields.ts';
import { settingsIn } from '../setting.ts';

const setting = settingsIn('Processes', ['ingress', 'worker', 'console']);
const onIngress = settingsIn('Processes', ['ingress']);

export const processSettings = {
  logLevel: setting({
    env: 'LOG_LEVEL',
    schema: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    doc: 'fatal, error, warn, info, debug, trace or silent',
  }),
  shutdownDelay: onIngress({
    env: 'SHUTDOWN_DELAY',
    schema: duration('0s', '5m'),
    default: '5s',
    doc: 'How long after SIGTERM the ingress reports not ready but still answers, so that a load balancer can stop sending requests, 0s to 5m',
  }),
  shutdownTimeout: setting({
    env: 'SHUTDOWN_TIMEOUT',
    schema: duration('1s', '10m'),
    default: '25s',
    doc: 'How long a stopping process may take to finish its work in progress, 1s to 10m',
  }),
};
