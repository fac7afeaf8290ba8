import { createVault, jobBinding, type Payload } from '@sms-gateway/privacy';
import { createLogger } from '@sms-gateway/process';
import type { RoutedMessage } from '@sms-gateway/routing';
import { expect, test } from 'vitest';
import { sampleJob } from '../../../test/support/sample-delivery.ts';
import { createOpenMessage } from './open-message.ts';

const job = sampleJob();

function open(payload: Payload) {
  const vault = createVault({ kind: 'keys', keys: [Buffer.alloc(32, 1)] });
  const routed: RoutedMessage['number'][] = [];
  const openMessage = createOpenMessage({
    vault,
    plan: ({ number }) => {
      routed.push(number);
      return { route: 'default', providers: [] };
    },
    replacesSmartCharacters: false,
    logger: createLogger({ service: 'test', level: 'silent' }),
  });
  const { country, blockNames } = openMessage(job, {
    sealed: vault.seal(jobBinding(job), payload),
  });
  return { country, blockNames: blockNames(), number: routed[0] };
}

const payload = { to: '+447911123456', body: 'Your code is 493817' };

test('a payload that an older version sealed leads to the same route and blocks', () => {
  const today = open({ ...payload, country: 'GG', callingCode: '44' });
  expect(today).toMatchObject({ country: 'GG', number: { e164: payload.to, countryCallingCode: '44' } });
  expect(today.blockNames.slice(0, 4)).toEqual(['*', 'GG', 'GB', '+4']);
  const older = open(payload);
  expect(older).toMatchObject(today);
});

test('a number of no country needs no second reading', () => {
  const { country, blockNames } = open({ ...payload, to: '+8821612345678', callingCode: '882' });
  expect(country).toBeUndefined();
  expect(blockNames.slice(0, 2)).toEqual(['*', '+8']);
});
