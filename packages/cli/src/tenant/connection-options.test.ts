import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesBetween, pointedAtGateway } from './connection-options.ts';

const TARGET = {
  url: 'https://sms.example.com/v1/sms',
  audience: 'urn:sms-gateway',
  subject: undefined,
  secret: 'the-secret-that-must-not-be-seen',
  isSecretBase64Encoded: false,
};

const options = fc.dictionary(
  fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom('twilio_sid', 'twilio_token', 'template', 'totp', 'provider', 'forward_req_info'),
  ),
  fc.jsonValue(),
);

test('everything that was there stays, but for Twilio’s credentials and what leads to the gateway', () => {
  const ours = ['provider', 'gateway_url', 'gateway_authentication', 'forward_req_info'];
  fc.assert(
    fc.property(options, (before) => {
      const after = pointedAtGateway(before, TARGET);
      const kept = Object.entries(before).filter(
        ([name]) => ![...ours, 'twilio_sid', 'twilio_token'].includes(name),
      );
      expect(Object.entries(after).filter(([name]) => !ours.includes(name))).toEqual(kept);
      expect(after).toMatchObject({ provider: 'sms_gateway', forward_req_info: true });
      expect(after).not.toHaveProperty('twilio_sid');
      expect(after).not.toHaveProperty('twilio_token');
    }),
  );
});

test('pointing twice is pointing once', () => {
  fc.assert(
    fc.property(options, (before) => {
      const after = pointedAtGateway(before, TARGET);
      expect(changesBetween(after, pointedAtGateway(after, TARGET))).toEqual([]);
    }),
  );
});

test('no change shows a secret, of whatever name it goes by', () => {
  const secrets = ['twilio_token', 'twilio_sid', 'api_key', 'Password', 'client_secret'];
  const before = {
    ...Object.fromEntries(secrets.map((name) => [name, 'canary'])),
    gateway_authentication: { method: 'bearer', audience: 'a', secret: 'canary' },
  };
  const shown = JSON.stringify([
    ...changesBetween(before, pointedAtGateway({}, TARGET)),
    ...changesBetween({}, before),
  ]);
  expect(shown).not.toContain('canary');
  expect(shown).not.toContain(TARGET.secret);
});

test('a subject is set where there is one, and an old one goes where there is none', () => {
  const authentication = (subject: string | undefined, before = {}) =>
    pointedAtGateway(before, { ...TARGET, subject })['gateway_authentication'];
  expect(authentication('urn:Auth0')).toMatchObject({ subject: 'urn:Auth0' });
  expect(authentication(undefined, { gateway_authentication: { subject: 'old' } })).not.toHaveProperty(
    'subject',
  );
});

test('a change is shown field by field, and a new secret without its value', () => {
  const before = { totp: { length: 6, time_step: 180 }, gateway_authentication: { secret: 'a' }, from: 'x' };
  const after = { totp: { length: 6, time_step: 300 }, gateway_authentication: { secret: 'b' } };
  expect(changesBetween(before, after)).toEqual([
    { field: 'totp.time_step', from: '180', to: '300' },
    { field: 'gateway_authentication.secret', from: '(secret)', to: '(another secret)' },
    { field: 'from', from: '"x"', to: undefined },
  ]);
});
