import { SENDER_KINDS } from '@sms-gateway/config';
import { expect, test } from 'vitest';
import { SENDER_RULES } from './sender-rules.ts';

const rules = Object.entries(SENDER_RULES);
const countryNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

test.each(rules)(
  '%s is a country, with a source, and excludes some kind but no messaging service',
  (country, rule) => {
    expect(countryNames.of(country)).toBeDefined();
    expect(rule.source).toMatch(/^[a-z.]+\.[a-z]+\/\S+$/);
    expect(rule.kinds).toContain('messaging_service');
    expect(rule.kinds.length).toBeLessThan(SENDER_KINDS.length);
  },
);
