import { expect, test } from 'vitest';
import { templateFault } from './template-fault.ts';

test.each([
  ['Your verification code is: 123456', undefined, true, undefined],
  ['Your code is 123 456.', undefined, true, undefined],
  ['Your code is 1-2-3-4', undefined, true, undefined],
  ['رمزك ١٢٣٤٥٦', undefined, true, undefined],
  ['Your code is ABC-DEF', 'ABC-DEF', true, undefined],
  ['Somebody tried your password.', undefined, false, undefined],
  ['Set {1} of {2}: 123456', undefined, true, undefined],
  ['Your code is @@password@@', undefined, true, 'unrendered_variable'],
  ['Your code is @@password@@', '123456', true, 'unrendered_variable'],
  ['@@application.name@@: 123456', undefined, true, 'unrendered_variable'],
  ['Your code is {{ code }}', undefined, true, 'unrendered_variable'],
  ['Your code is {{password}} 123456', undefined, true, 'unrendered_variable'],
  ['{% if request_language == "de" %} 123456', undefined, true, 'unrendered_variable'],
  ['Breach of {{ application.name }}', undefined, false, 'unrendered_variable'],
  ['Your verification code is: ', undefined, true, 'no_code'],
  ['Your code for Acme24 is .', undefined, true, 'no_code'],
  ['Your code is 123456', '', true, 'no_code'],
] as const)('%j with the code %j is at fault: %s', (text, code, isCode, fault) => {
  expect(templateFault(text, { code, isCode })).toBe(fault);
});
