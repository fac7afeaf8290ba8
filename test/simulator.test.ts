import { createTraceReader, type Trace } from '@sms-gateway/delivery';
import { describe, expect, test } from 'vitest';
import { freshText, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { runToEnd } from './support/processes.ts';
import { series } from './support/series.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const start = async (env: Record<string, string> = {}) => {
  const gateway = await startGateway({ env: { PROVIDERS: 'simulator,http', ...env } });
  return { gateway, worker: await gateway.startWorker() };
};

/** Sends to the simulated number with these last digits; resolves with its trace once it has its outcome. */
async function sendTo({ ingress, client }: Gateway, digits: string): Promise<Trace> {
  const answer = await postSms(ingress.url, {
    body: { recipient: `+141555501${digits}`, body: freshText() },
  });
  return untilConcluded(client, answer.body['id']);
}

function untilTrace({ client }: Gateway, id: string, holds: (trace: Trace) => void): Promise<Trace> {
  return until(async () => {
    const trace = await createTraceReader({ redis: client }).read(id);
    if (trace === undefined) throw new Error('no trace');
    holds(trace);
    return trace;
  });
}

const results = ({ attempts }: Trace) => attempts.map(({ provider, result }) => `${provider}:${result}`);

describe('with the simulator first and a second provider behind it,', () => {
  test.each<[string, string[], string]>([
    ['11', ['simulator:rejected'], 'failed'],
    ['12', ['simulator:provider_fault', 'http:accepted'], 'sent'],
    ['13', ['simulator:provider_fault', 'http:accepted'], 'sent'],
    ['14', ['simulator:throttled', 'http:accepted'], 'sent'],
    ['16', ['simulator:transient', 'http:accepted'], 'sent'],
    ['17', ['simulator:unknown', 'http:accepted'], 'sent'],
    ['02', ['simulator:accepted'], 'sent'],
  ])('the number ending in %s goes %j and is %s', async (digits, way, outcome) => {
    const { gateway } = await start();
    await using _gateway = gateway;

    const trace = await sendTo(gateway, digits);

    expect(results(trace)).toEqual(way);
    expect(trace.outcome).toBe(outcome);
  });

  test('receipts come over its own connection: delivered, undelivered, and of an attempt that seemed lost', async () => {
    const { gateway, worker } = await start();
    await using _gateway = gateway;

    const [delivered, undelivered, lost] = await Promise.all([
      sendTo(gateway, '55'),
      sendTo(gateway, '05'),
      sendTo(gateway, '18'),
    ]);

    await untilTrace(gateway, delivered.id, ({ attempts }) =>
      expect(attempts[0]?.receipt?.status).toBe('delivered'),
    );
    const again = await untilTrace(gateway, undelivered.id, ({ attempts }) =>
      expect(attempts[1]?.result).toBe('accepted'),
    );
    expect(results(again)).toEqual(['simulator:accepted', 'http:accepted']);
    await untilTrace(gateway, lost.id, ({ attempts }) =>
      expect(attempts[0]).toMatchObject({ result: 'unknown', receipt: { status: 'delivered' } }),
    );
    // A receipt is in the trace before it is counted.
    await until(async () => {
      const metrics = await worker.metrics();
      expect(series(metrics, 'gateway_receipts_total{provider="simulator",status="delivered"}')).toBe(2);
      expect(series(metrics, 'gateway_receipt_failovers_total{provider="simulator"}')).toBe(1);
    });
  });
});

test('where NODE_ENV is production it refuses to run, and says what to do', async () => {
  const { code, output } = await runToEnd('worker', {
    PROVIDERS: 'simulator',
    NODE_ENV: 'production',
    PAYLOAD_ENCRYPTION: 'off',
  });

  expect(code).toBe(78);
  expect(output).toContain('PROVIDERS: must not name simulator where NODE_ENV is production');
});
