import { expect, test } from 'vitest';
import { interpolateMap, parseConfigFile, UNREADABLE } from './config-file.ts';

function setup(env: Record<string, string>, files: Record<string, string> = {}) {
  const problems: string[] = [];
  const replace = (settings: Record<string, unknown>) =>
    interpolateMap(settings, [], {
      file: '/etc/gateway/gateway.yaml',
      env,
      readFile: (path) => {
        const content = files[path];
        if (content === undefined) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
        return content;
      },
      report: (path, message) => void problems.push(`${path.join('.')}: ${message}`),
    });
  return { replace, problems };
}

test.each([
  ['${A}', 'a'],
  ['<${A}|${B}>', '<a|b: [1]>'],
  ['${EMPTY:-fallback}', 'fallback'],
  ['${NONE:-}', ''],
  ['${NONE:-https://example.com/x}', 'https://example.com/x'],
  ['$${A}', '${A}'],
  ['$A costs $5', '$A costs $5'],
  ['${FROM_FILE}', 'content'],
  ['${file:/run/secrets/x}', 'content'],
  ['<${file:secrets/y}>', '<${A}>'],
  ['${file:../z}', 'of the parent'],
])('replaces the references of %s', (text, expected) => {
  const { replace, problems } = setup(
    { A: 'a', B: 'b: [1]', EMPTY: '', FROM_FILE_FILE: '/run/secrets/x' },
    {
      '/run/secrets/x': 'content\n',
      '/etc/gateway/secrets/y': ' ${A}\n',
      '/etc/z': 'of the parent',
    },
  );

  expect(replace({ deep: [{ value: text }], number: 1 })).toEqual({ deep: [{ value: expected }], number: 1 });
  expect(problems).toEqual([]);
});

test('does not replace a reference inside a value', () => {
  const { replace } = setup({ A: '${B}', B: 'b' });

  expect(replace({ value: '${A}' })).toEqual({ value: '${B}' });
});

test('reports every reference that cannot be resolved, by its path', () => {
  const { replace, problems } = setup({ BOTH: 'x', BOTH_FILE: '/x' }, { '/empty': '\n' });

  expect(
    replace({
      a: { b: '${ONE}${TWO}' },
      c: ['${BOTH}', '${not a name}', '${file:/nowhere}', '${file:/empty}'],
    }),
  ).toEqual({
    a: { b: UNREADABLE },
    c: [UNREADABLE, UNREADABLE, UNREADABLE, UNREADABLE],
  });
  expect(problems).toEqual([
    expect.stringMatching(/^a\.b: the variable ONE is not set/),
    expect.stringMatching(/^a\.b: the variable TWO is not set/),
    expect.stringMatching(/^c\.0: BOTH: is also given as BOTH_FILE/),
    expect.stringMatching(/^c\.1: \$\{ must begin/),
    'c.2: cannot read /nowhere (ENOENT)',
    'c.3: /empty is empty',
  ]);
});

test.each([
  ['flow style', 'secrets: [${A}, "${B}"]', { secrets: ['one', 'two: [2]'] }],
  ['a flow map', 'x: { y: ${A}, z: 1 }', { x: { y: 'one', z: 1 } }],
  ['block style', 'secrets:\n  - ${A}\n  - ${NONE:-none}', { secrets: ['one', 'none'] }],
  ['a comment', '# ${A}\nx: ${B}', { x: 'two: [2]' }],
])('reads a reference in %s', (_where, yaml, expected) => {
  const parsed = parseConfigFile(yaml);

  expect(
    parsed.kind === 'settings' &&
      interpolateMap(parsed.settings, [], {
        file: 'gateway.yaml',
        env: { A: 'one', B: 'two: [2]' },
        readFile: () => '',
        report: () => undefined,
      }),
  ).toEqual(expected);
});
