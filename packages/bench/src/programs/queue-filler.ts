/** Told `{ fill: n }`, adds n messages to the gateway's queue, none twice, and answers `{ filled: n }`. */
import { Redis } from 'ioredis';
import { createGatewayQueue } from '../filled-queue.ts';

const { REDIS_URL = '', PAYLOAD_KEY = '', FIRST_NUMBER } = process.env;
const queue = createGatewayQueue(new Redis(REDIS_URL, { maxRetriesPerRequest: null }), {
  key: Buffer.from(PAYLOAD_KEY, 'base64url'),
  firstNumber: Number(FIRST_NUMBER),
});

process.on('message', (message: { fill: number } | string) => {
  if (typeof message === 'string') return;
  void queue.fill(message.fill).then(() => process.send?.({ filled: message.fill }));
});
process.send?.({ ready: true });
