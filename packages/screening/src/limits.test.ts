import { parsePhoneNumber } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import { countryOf, limitGroups, rangeOf } from './limits.ts';

function numberOf(recipient: string) {
  const number = parsePhoneNumber(recipient);
  if (number === undefined) throw new Error('the number is not possible');
  return number;
}

test.each([
  ['+14155550123', '+1415555', 'US'],
  ['+8801712345678', '+880171234', 'BD'],
  ['+8821612345678', '+882161234', '+882'],
])('%s is of the range %s and counted for %s', (recipient, range, country) => {
  const number = numberOf(recipient);
  expect([rangeOf(number), countryOf(number)]).toEqual([range, country]);
});

test('each window that has a limit is a rule, those of one subject together, and none of an address that nobody tells', () => {
  const config = {
    recipient: { cooldownMs: 10_000, hour: 3 },
    recipientIp: { tenMinutes: 2 },
    ip: { minute: 5 },
    prefix: {},
    country: { day: 9 },
    connection: {},
    overall: { minute: 7 },
  };
  const names = (hasIp: boolean) =>
    limitGroups(config, { mode: 'enforce', hasIp }).map(({ scope, limits }) => [
      scope,
      ...limits.map(({ rule, windowMs, max }) => `${rule} ${max} in ${windowMs}`),
    ]);
  const recipient = ['recipient', 'recipient_cooldown 1 in 10000', 'recipient_hour 3 in 3600000'];
  const rest = [
    ['country', 'country_day 9 in 86400000'],
    ['overall', 'overall_minute 7 in 60000'],
  ];

  expect(names(true)).toEqual([
    recipient,
    ['recipientIp', 'recipient_ip_ten_minutes 2 in 600000'],
    ['ip', 'ip_minute 5 in 60000'],
    ...rest,
  ]);
  expect(names(false)).toEqual([recipient, ...rest]);
});
