import { type DeliveryJob, gatewayKeys, QUEUE_NAME } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { openQueue } from './support/open-queue.ts';
import { untilConcluded } from './support/traces.ts';

/** What somebody with access to Redis can copy of a waiting message. */
async function capture(gateway: Gateway) {
  const { body } = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
  const id = String(body['id']);
  const sealed = await gateway.client.get(gatewayKeys.vault(id));
  const job = JSON.parse((await gateway.client.hget(gatewayKeys.job(id), 'data')) ?? '') as DeliveryJob;
  return { id, sealed: sealed ?? '', job };
}

/** Puts a copy back, as if the message had just been accepted. */
async function replay({ client }: Gateway, { sealed, job }: { sealed: string; job: DeliveryJob }) {
  await client.del(...(await client.keys('{gateway}:trace:*')), ...(await client.keys('{gateway}:newest:*')));
  await client.del(gatewayKeys.job(job.id), '{gateway}:sms:wait');
  await client.set(gatewayKeys.vault(job.id), sealed);
  await client.hset(gatewayKeys.trace(job.id), { connection: job.connection, accepted_at: job.acceptedAt });
  await using queue = await openQueue(client);
  await queue.add(QUEUE_NAME, job, { jobId: job.id });
}

const HOUR_MS = 3_600_000;

test.each<[string, (job: DeliveryJob) => DeliveryJob]>([
  ['with a later deadline', (job) => ({ ...job, deadline: job.deadline + HOUR_MS })],
  ['under another connection', (job) => ({ ...job, connection: 'other' })],
  ['under another id', (job) => ({ ...job, id: 'msg_0123456789abcdefghij-_' })],
  ['with another mark of the newest', (job) => ({ ...job, recipientKey: 'another' })],
])('a captured message that is put into Redis again %s is not sent', async (_title, change) => {
  await using gateway = await startGateway();
  const captured = await capture(gateway);
  const job = change(captured.job);
  await replay(gateway, { ...captured, job });

  const worker = await gateway.startWorker();

  expect(await untilConcluded(gateway.client, job.id)).toMatchObject({
    outcome: 'failed',
    reason: 'payload_not_its_own',
    attempts: [],
  });
  expect(gateway.provider.requests).toEqual([]);
  expect(await worker.untilLog('delivery.payload_unreadable')).toMatchObject({ level: 'error' });
});

test('as it was it is sent, so that the tests above change what matters', async () => {
  await using gateway = await startGateway();
  const captured = await capture(gateway);
  await replay(gateway, captured);

  await gateway.startWorker();

  expect(await untilConcluded(gateway.client, captured.id)).toMatchObject({ outcome: 'sent' });
});

test('as it was, after its deadline, it is not', async () => {
  await using gateway = await startGateway({ env: { MESSAGE_TTL: '1s' } });
  const captured = await capture(gateway);
  await expect.poll(() => Date.now(), { timeout: 20_000 }).toBeGreaterThan(captured.job.deadline);
  await replay(gateway, captured);

  await gateway.startWorker();

  expect(await untilConcluded(gateway.client, captured.id)).toMatchObject({ outcome: 'expired' });
  expect(gateway.provider.requests).toEqual([]);
});
