import { describe, expect, test, vi } from 'vitest';
import { maskPhoneNumber, nationalNumber, parsePhoneNumber, readPhoneNumber } from './phone-number.ts';

describe('parsePhoneNumber', () => {
  test.each([
    ['+14155550123', '+14155550123', 'US'],
    ['+1 415 555 0123', '+14155550123', 'US'],
    ['+1-415-555-0123', '+14155550123', 'US'],
    ['+1 (415) 555.0123', '+14155550123', 'US'],
    ['+1\u00a0415\u202f555\u00a00123', '+14155550123', 'US'],
    ['+1\u2011415\u2013555\u22120123', '+14155550123', 'US'],
    ['\u202a+14155550123\u202c', '+14155550123', 'US'],
    ['0014155550123', '+14155550123', 'US'],
    ['00 44 7911 123456', '+447911123456', 'GG'],
    ['+49 151 23456789', '+4915123456789', 'DE'],
    ['+882 16 12345678', '+8821612345678', undefined],
  ])('normalises %j to %s', (input, e164, country) => {
    expect(parsePhoneNumber(input)).toMatchObject({ e164, country });
  });

  test.each([
    ['415-555-0123', 'US', '+14155550123'],
    ['14155550123', 'US', '+14155550123'],
    ['0151 23456789', 'DE', '+4915123456789'],
    ['4915123456789', 'US', '+4915123456789'],
    ['491701234567', 'DE', '+491701234567'],
    ['49 151 12345678', 'DE', '+4915112345678'],
    ['447911123456', 'DE', '+447911123456'],
    ['0491 1234567', 'DE', '+494911234567'],
    ['9112345678', 'IN', '+919112345678'],
    ['07400 123456', 'GB', '+447400123456'],
  ])('takes %j with the default country %s as %s', (input, country, e164) => {
    expect(parsePhoneNumber(input, country)?.e164).toBe(e164);
  });

  test.each([
    ['0011 44 7400 123456', 'AU', '+447400123456'],
    ['00447400123456', 'AU', '+447400123456'],
    ['0014155550123', 'AU', '+14155550123'],
    ['011 44 7400 123456', 'US', '+447400123456'],
    ['0044 7400 123456', 'US', '+447400123456'],
    ['810 44 7400 123456', 'RU', '+447400123456'],
    ['010 44 7400 123456', 'JP', '+447400123456'],
    ['001 44 7400 123456', 'KR', '+447400123456'],
    ['0014155550123', 'KR', '+14155550123'],
    ['0400 123 456', 'AU', '+61400123456'],
    ['436 234 5678', 'US', '+14362345678'],
    ['1 565 234 5678', 'US', '+15652345678'],
  ])('reads %j as dialled in %s: %s', (input, country, e164) => {
    expect(parsePhoneNumber(input, country)?.e164).toBe(e164);
  });

  test.each([
    ['+1'],
    ['+123'],
    ['+1415555'],
    ['+14155550123456789'],
    ['+999123456'],
    ['4155550123'],
    ['call me'],
    [''],
  ])('refuses %j', (input) => {
    expect(parsePhoneNumber(input)).toBeUndefined();
  });

  test.each([
    ['call me', /^The recipient is not a phone number\. Send it in E\.164/],
    ['4155550123', /^The recipient lacks its plus sign and country code\. /],
    ['+229 5180 045', /too short for \+229, whose numbers look like \+229 01 \d\d/],
    ['+1 415 555 01234', /too long for \+1, whose numbers look like \+1 /],
    ['+999 123 456', /^The recipient is not a possible phone number\. Send it in E\.164/],
    ['+882 1', /^The recipient is not a possible phone number\. Send it in E\.164/],
  ])('tells of %j what to send instead, and nothing of it', (input, problem) => {
    const reading = readPhoneNumber(input);

    expect(reading).toEqual({ problem: expect.stringMatching(problem) });
    expect(reading.problem).not.toContain(input);
  });
});

test('a masked number shows the calling code and two digits only', () => {
  const number = parsePhoneNumber('+4915123456789');

  expect(number && maskPhoneNumber(number)).toBe('+49…89');
});

test.each([
  ['+254712345678', 'KE', '0712345678', '712345678'],
  ['+447911123456', 'GB', '07911123456', '7911123456'],
  ['+14155550123', 'US', '4155550123', '4155550123'],
  ['+14165550123', 'US', '4165550123', '4165550123'],
  ['+79161234567', 'RU', '89161234567', '9161234567'],
  ['+393471234567', 'IT', '3471234567', '3471234567'],
])('writes %s within %s as %s and %s', (e164, country, dialled, significant) => {
  expect(nationalNumber(e164, country)).toEqual({ dialled, significant });
});

test.each([
  ['+254712345678', 'TZ'],
  ['+14155550123', 'KE'],
  ['+254712345678', 'XX'],
])('has no national form of %s within %s', (e164, country) => {
  expect(nationalNumber(e164, country)).toBeUndefined();
});

test('compiles no pattern of the numbering plan again for another number', () => {
  parsePhoneNumber('+447911123456');
  const sources: unknown[] = [];
  class WatchedRegExp extends RegExp {
    constructor(source: string | RegExp, flags?: string) {
      super(source, flags);
      sources.push(source);
    }
  }
  vi.stubGlobal('RegExp', WatchedRegExp);
  try {
    parsePhoneNumber('+447911123457');
  } finally {
    vi.unstubAllGlobals();
  }

  expect(sources.filter((source) => String(source).endsWith('$'))).toEqual([]);
});
