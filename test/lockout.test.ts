import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';

/** Asks for codes for one number, and tells how many were taken and the rule that refused the first. */
async function askOften(gateway: Gateway, recipient: string, addresses: (string | undefined)[]) {
  let taken = 0;
  let detail: unknown;
  for (const ip of addresses) {
    const { status, body } = await postSms(gateway.ingress.url, {
      body: { recipient, ...(ip && { req: { ip } }) },
    });
    if (status === 200) taken += 1;
    else detail ??= body['detail'];
  }
  return { taken, detail };
}

test('sixty requests from one address for somebody’s number are cheap, and keep that person out for no moment', async () => {
  await using gateway = await startGateway();
  const victim = freshNumber();

  const attack = await askOften(gateway, victim, Array<string>(60).fill('192.0.2.1'));
  const own = await askOften(gateway, victim, ['203.0.113.7', '203.0.113.7', '203.0.113.7']);

  expect(attack.taken).toBe(10);
  expect(attack.detail).toContain('recipient_ip_ten_minutes');
  expect(own.taken).toBe(3);
});

test('from many addresses, or from none that is told, they end at the limit of the number, which recovers in minutes', async () => {
  await using gateway = await startGateway();
  const [victim, other] = [freshNumber(), freshNumber()];

  const attack = await askOften(
    gateway,
    victim,
    Array.from({ length: 60 }, (_, index) => `192.0.2.${index}`),
  );
  const untold = await askOften(gateway, other, Array<undefined>(60).fill(undefined));
  const refused = await postSms(gateway.ingress.url, {
    body: { recipient: victim, req: { ip: '203.0.113.7' } },
  });

  for (const { taken, detail } of [attack, untold]) {
    expect(taken).toBe(20);
    expect(detail).toContain('recipient_ten_minutes');
  }
  expect(refused.status).toBe(429);
  const retryAfterSeconds = Number(refused.headers.get('retry-after'));
  expect(retryAfterSeconds).toBeGreaterThan(0);
  expect(retryAfterSeconds).toBeLessThanOrEqual(610);
});
