import { createTraceReader } from '@sms-gateway/delivery';
import { createBlocks } from '@sms-gateway/screening';
import { expect, test } from 'vitest';
import { freshText, postSms } from './support/auth0.ts';
import { startCallersIngress } from './support/callers-ingress.ts';

test('a number of a range too new for the metadata is allowed as its main country’s, counted and logged', async () => {
  await using ingress = await startCallersIngress({ ALLOWED_COUNTRIES: 'US,CA' });

  const answers = await Promise.all(
    ['+14362345678', '+15652345678', '+14155550123'].map((recipient) =>
      postSms(ingress.url, { body: { recipient } }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await ingress.metric('gateway_numbers_of_unknown_country_total{country_calling_code="1"}')).toBe(2);
  const logged = ingress.completed().filter(({ assumedCountry }) => assumedCountry !== undefined);
  expect(logged).toMatchObject([
    { assumedCountry: 'US', countryCallingCode: '1' },
    { assumedCountry: 'US', countryCallingCode: '1' },
  ]);
});

test('a number of a range too new for the metadata is stopped by a block of any country of its calling code', async () => {
  await using ingress = await startCallersIngress();
  await createBlocks({ redis: ingress.redis }).add({ name: 'JM', reason: 'pumping' });

  const { status } = await postSms(ingress.url, { body: { recipient: '+14362345678' } });

  expect(status).toBe(403);
  expect(ingress.completed()).toMatchObject([{ status: 403, assumedCountry: 'US' }]);
});

test('a retired form is the number of today, and its trace says so', async () => {
  await using ingress = await startCallersIngress();
  const text = freshText();
  const post = (recipient: string) => postSms(ingress.url, { body: { recipient, body: text } });

  const old = await post('+22951800451');
  const current = await post('+2290151800451');

  expect([old.status, current.status]).toEqual([200, 200]);
  expect(current.body['id']).toBe(old.body['id']);
  const trace = await createTraceReader({ redis: ingress.redis }).read(String(old.body['id']));
  expect(trace).toMatchObject({ country: 'BJ', retiredForm: 'benin_8_digits' });
  expect(await ingress.metric('gateway_retired_numbers_total{form="benin_8_digits"}')).toBe(1);
});

test.each([
  ['+22520123456', '+225 and ten digits'],
  ['+541512345678', '+54 9, area code, number, without 15'],
  ['+2295180045', '+229 01'],
])('%s is 422, with the form that is expected', async (recipient, form) => {
  await using ingress = await startCallersIngress();

  const { status, body } = await postSms(ingress.url, { body: { recipient } });

  expect(status).toBe(422);
  expect(body['type']).toBe('urn:sms-gateway:problem:recipient-not-possible');
  expect(body['detail']).toContain(form);
  expect(JSON.stringify(body)).not.toContain(recipient.slice(1));
});
