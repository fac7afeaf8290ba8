import { createTraceReader } from '@sms-gateway/delivery';
import { createBlocks } from '@sms-gateway/screening';
import { expect, test } from 'vitest';
import { freshText, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { series } from './support/series.ts';

/** The log lines of the requests so far. */
const completed = (gateway: Gateway) =>
  gateway.ingress.logLines().filter(({ msg }) => msg === 'request.completed');

test('a number of a range too new for the metadata is allowed as its main country’s, counted and logged', async () => {
  await using gateway = await startGateway({ env: { ALLOWED_COUNTRIES: 'US,CA' } });

  const answers = await Promise.all(
    ['+14362345678', '+15652345678', '+14155550123'].map((recipient) =>
      postSms(gateway.ingress.url, { body: { recipient } }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(
    series(
      await gateway.ingress.metrics(),
      'gateway_numbers_of_unknown_country_total{country_calling_code="1"}',
    ),
  ).toBe(2);
  const logged = completed(gateway).filter(({ assumedCountry }) => assumedCountry !== undefined);
  expect(logged).toMatchObject([
    { assumedCountry: 'US', countryCallingCode: '1' },
    { assumedCountry: 'US', countryCallingCode: '1' },
  ]);
});

test('a number of a range too new for the metadata is stopped by a block of any country of its calling code', async () => {
  await using gateway = await startGateway();
  await createBlocks({ redis: gateway.client }).add({ name: 'JM', reason: 'pumping' });

  const { status } = await postSms(gateway.ingress.url, { body: { recipient: '+14362345678' } });

  expect(status).toBe(403);
  expect(completed(gateway)).toMatchObject([{ status: 403, assumedCountry: 'US' }]);
});

test('a retired form is the number of today, and its trace says so', async () => {
  await using gateway = await startGateway();
  const text = freshText();
  const post = (recipient: string) => postSms(gateway.ingress.url, { body: { recipient, body: text } });

  const old = await post('+22951800451');
  const current = await post('+2290151800451');

  expect([old.status, current.status]).toEqual([200, 200]);
  expect(current.body['id']).toBe(old.body['id']);
  const trace = await createTraceReader({ redis: gateway.client }).read(String(old.body['id']));
  expect(trace).toMatchObject({ country: 'BJ', retiredForm: 'benin_8_digits' });
  expect(
    series(await gateway.ingress.metrics(), 'gateway_retired_numbers_total{form="benin_8_digits"}'),
  ).toBe(1);
});

test.each([
  ['+22520123456', '+225 and ten digits'],
  ['+541512345678', '+54 9, area code, number, without 15'],
  ['+2295180045', '+229 01'],
])('%s is 422, with the form that is expected', async (recipient, form) => {
  await using gateway = await startGateway();

  const { status, body } = await postSms(gateway.ingress.url, { body: { recipient } });

  expect(status).toBe(422);
  expect(body['type']).toBe('urn:sms-gateway:problem:recipient-not-possible');
  expect(body['detail']).toContain(form);
  expect(JSON.stringify(body)).not.toContain(recipient.slice(1));
});
