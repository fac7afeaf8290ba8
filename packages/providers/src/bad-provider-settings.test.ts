import { ConfigError } from '@sms-gateway/config';
import { describe, expect, test } from 'vitest';
import { type Env, KEY, problemsOf, TWILIO, worker, WORKER } from '../../../test/support/load-settings.ts';

type BadConfig = [what: string, env: Env, problem: string | RegExp];

const BAD_PROVIDERS: BadConfig[] = [
  ['no providers', { ...WORKER, PROVIDERS: '' }, /^PROVIDERS: not set; name the providers/],
  [
    'an unknown provider',
    { ...WORKER, PROVIDERS: 'console,twillio' },
    /^PROVIDERS: entry 2 .*did you mean twilio/,
  ],
  [
    'a provider named twice',
    { ...WORKER, PROVIDERS: 'console,console' },
    /^PROVIDERS: entry 2 names console twice/,
  ],
  [
    'the provider http without a URL',
    { ...WORKER, PROVIDERS: 'http', HTTP_PROVIDER_TOKEN: 'canary' },
    /^HTTP_PROVIDER_URL: not set/,
  ],
  [
    'the provider http without a token',
    { ...WORKER, PROVIDERS: 'http', HTTP_PROVIDER_URL: 'https://example.com' },
    /^HTTP_PROVIDER_TOKEN: not set/,
  ],
  [
    'a token of two lines',
    {
      ...WORKER,
      PROVIDERS: 'http',
      HTTP_PROVIDER_URL: 'https://example.com',
      HTTP_PROVIDER_TOKEN: 'canary\ncanary',
    },
    /^HTTP_PROVIDER_TOKEN: must be one word/,
  ],
  [
    'a URL with a password',
    {
      ...WORKER,
      PROVIDERS: 'http',
      HTTP_PROVIDER_URL: 'https://u:canary@example.com',
      HTTP_PROVIDER_TOKEN: 't',
    },
    /^HTTP_PROVIDER_URL: must not contain a user or password/,
  ],
  ['no account of Twilio', { ...TWILIO, TWILIO_ACCOUNT_SID: '' }, /^TWILIO_ACCOUNT_SID: not set/],
  [
    'an account SID that is none',
    { ...TWILIO, TWILIO_ACCOUNT_SID: 'ACcanary' },
    /^TWILIO_ACCOUNT_SID: must be AC and 32/,
  ],
  [
    'no credentials of Twilio',
    { ...TWILIO, TWILIO_AUTH_TOKEN: '' },
    /^TWILIO_AUTH_TOKEN: not set.*TWILIO_API_KEY and TWILIO_API_SECRET/,
  ],
  [
    'half an API key',
    { ...TWILIO, TWILIO_API_KEY: 'SKcanary' },
    /^TWILIO_API_SECRET: not set, though TWILIO_API_KEY is/,
  ],
  [
    'the other half of an API key',
    { ...TWILIO, TWILIO_API_SECRET: 'canary' },
    /^TWILIO_API_KEY: not set, though TWILIO_API_SECRET is/,
  ],
  ['no sender', { ...TWILIO, TWILIO_FROM: '' }, /^TWILIO_FROM: not set.*TWILIO_MESSAGING_SERVICE_SID/],
  [
    'two senders',
    { ...TWILIO, TWILIO_MESSAGING_SERVICE_SID: `MG${'0'.repeat(32)}` },
    /^TWILIO_FROM: contradicts TWILIO_MESSAGING_SERVICE_SID/,
  ],
  [
    'a sender with spaces',
    { ...TWILIO, TWILIO_FROM: '+1 415 555 0100' },
    /^TWILIO_FROM: must be a number in E.164/,
  ],
];

describe('an environment', () => {
  test.each(BAD_PROVIDERS)(
    'with %s is one problem that names its variable and shows no value',
    (_what, env, problem) => {
      const problems = problemsOf(() => worker(env));

      expect(problems).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
      const message = new ConfigError(problems).message;
      for (const secret of ['canary', KEY]) expect(message).not.toContain(secret);
    },
  );

  test('with one unknown provider still tells what the others lack', () => {
    const problems = problemsOf(() => worker({ ...WORKER, PROVIDERS: 'bird,http' }));

    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PROVIDERS',
      'HTTP_PROVIDER_URL',
      'HTTP_PROVIDER_TOKEN',
    ]);
  });
});
