/** The worker as a tutorial would write it: `npm run bench` compares ours with it. */
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const url = process.env['HTTP_PROVIDER_URL'] ?? '';
const token = process.env['HTTP_PROVIDER_TOKEN'] ?? '';

const worker = new Worker(
  'sms',
  async (job: Job<{ recipient: string; body: string }>) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: job.id, to: job.data.recipient, body: job.data.body }),
    });
    if (!response.ok) throw new Error(`the provider answered ${response.status}`);
    return await response.json();
  },
  {
    connection: new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null }),
    concurrency: Number(process.env['CONCURRENCY']),
  },
);

await worker.waitUntilReady();
process.send?.({ ready: true });
