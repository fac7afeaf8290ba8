import { expect, test } from 'vitest';
import { variablesIn } from './template-variables.ts';

test.each<[registered: string, text: string, variables: string[] | undefined]>([
  ['{#var#} is your code', '493817 is your code', ['493817']],
  ['{#numeric#} is your code', '493817 is your code', ['493817']],
  ['{#alphanumeric#}: {#numeric#} ({#cbn#})', 'Acme: 493817 (1800123456)', ['Acme', '493817', '1800123456']],
  ['{#VAR#} is your code', '493817 is your code', ['493817']],
  ['#number# is your code', '493817 is your code', ['493817']],
  ['Code #1 is {#var#}', 'Code #1 is 493817', ['493817']],
  [
    'Open {#url#} to sign in',
    `Open https://acme.example/${'x'.repeat(60)} to sign in`,
    [expect.any(String) as string],
  ],
  ['Your code is {#var#}', 'Your code is 493817', ['493817']],
  ['Your code is {#var#}.\n-Acme', 'Your code is 493817.\r\n-Acme\n', ['493817']],
  ['Your  code is {#var#}', ' Your code is 493817', ['493817']],
  ['Don’t share {#var#}', "Don't share 493817", ['493817']],
  ["Don't share {#var#}", 'Don’t share 493817', ['493817']],
  ['आपका कोड: {#var#} – Don’t share', 'आपका कोड: 493817 – Don’t share', ['493817']],
  ['आपका कोड: {#var#}. Don’t share', "आपका कोड: 493817. Don't share", ['493817']],
  [' {#var#} is your code', '493817 is your code', ['493817']],
  ['({#var#}) [a+b]* $^', '(493817) [a+b]* $^', ['493817']],
  ['{#var#}{#var#} now', `${'x'.repeat(50)} now`, ['x'.repeat(10), 'x'.repeat(40)]],
  ['{#var#} {#var#}', 'a b c', ['a', 'b c']],
  ['No variables', 'No variables ', []],
  ['No variables', 'No variables at all', undefined],
  ['{#var#} is your code', `${'1'.repeat(41)} is your code`, undefined],
  ['{#var#} is your code', '493817 is your Code', undefined],
  ['{#var#} is your code', '493817 is your code, please', undefined],
  ['Dear {#var#}', 'Hello 493817', undefined],
])('of %j in %j', (registered, text, variables) => {
  expect(variablesIn(registered, text)).toEqual(variables);
});

test('does not take longer with every variable beside another', () => {
  const registered = `Code ${'{#var#}'.repeat(12)} is yours.`;
  expect(variablesIn(registered, `Code ${'x'.repeat(400)} is mine.`)).toBeUndefined();
});
