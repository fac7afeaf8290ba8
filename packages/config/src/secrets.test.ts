import { describe, expect, test } from 'vitest';
import { type Env, type Files, ingress, KEY, problemsOf } from '../../../test/support/load-settings.ts';

const [NEW, OLD] = ['canary-new-secret-of-more-than-32-bytes', 'canary-old-secret-of-more-than-32-bytes'];

const load = (env: Env, files?: Files) =>
  ingress({ PAYLOAD_KEYS: KEY, AUTH0_AUDIENCE: 'a', ALLOWED_COUNTRIES: 'US', ...env }, files);

const loadYaml = (connections: string, env: Env = {}, files: Files = {}) =>
  load(
    { GATEWAY_CONFIG: '/gateway.yaml', ...env },
    { '/gateway.yaml': `allowedCountries: [US]\nconnections: ${connections}`, ...files },
  );

const secretsOf = ({ connections }: ReturnType<typeof load>) =>
  connections[0]?.secrets.map((secret) => Buffer.from(secret).toString());

describe('several secrets, for rotation', () => {
  const both = { AUTH0_SECRET: `${NEW}, ${OLD}` };

  test.each([
    ['the variable', () => load(both)],
    [
      'the file that AUTH0_SECRET_FILE names',
      () => load({ AUTH0_SECRET_FILE: '/s' }, { '/s': `${NEW},${OLD}\n` }),
    ],
    ['a text in YAML', () => loadYaml('{ default: { secrets: "${AUTH0_SECRET}" } }', both)],
    ['a list in YAML', () => loadYaml('{ default: { secrets: ["${AUTH0_SECRET}"] } }', both)],
    ['a list in YAML without quotes', () => loadYaml('{ default: { secrets: [ ${AUTH0_SECRET} ] } }', both)],
    ['a default in YAML', () => loadYaml(`{ default: { secrets: ["\${NOBODY:-${NEW},${OLD}}"] } }`)],
    [
      'entries of their own in YAML',
      () => loadYaml('{ default: { secrets: ["${A}", "${B}"] } }', { A: NEW, B: OLD }),
    ],
  ])('are read from %s', (_how, read) => {
    expect(secretsOf(read())).toEqual([NEW, OLD]);
  });

  test('a list may mix them', () => {
    const config = loadYaml(
      '{ default: { secrets: [written-here-and-longer-than-32-bytes, "${AUTH0_SECRET}"] } }',
      both,
    );

    expect(secretsOf(config)).toEqual(['written-here-and-longer-than-32-bytes', NEW, OLD]);
  });

  test.each([
    ['written into the list', () => loadYaml(`{ default: { secrets: ["${NEW},${OLD}"] } }`)],
    [
      'in a file of its own',
      () => loadYaml('{ default: { secrets: ["${file:/s}"] } }', {}, { '/s': `${NEW},${OLD}\n` }),
    ],
  ])('a secret with a comma stays one secret, %s', (_how, read) => {
    expect(secretsOf(read())).toEqual([`${NEW},${OLD}`]);
  });

  test('a problem names the number of the secret, and how to write one with a comma', () => {
    expect(
      loadYaml('{ default: { secrets: ["${AUTH0_SECRET}"] } }', { AUTH0_SECRET: `${NEW},short` }).warnings,
    ).toEqual([
      expect.stringMatching(
        /^connections\.default\.secrets: entry 2 has 5 bytes.*secrets: \["\$\{file:PATH\}"\]/,
      ),
    ]);
  });
});

describe('a short secret', () => {
  const problemsInProduction = (secret: string) =>
    problemsOf(() => load({ NODE_ENV: 'production', AUTH0_SECRET: secret }));

  test('causes a warning', () => {
    expect(load({ AUTH0_SECRET: 'canary' }).warnings).toEqual([
      'AUTH0_SECRET: entry 1 has 6 bytes, which production refuses; make one with: openssl rand -base64 32',
    ]);
  });

  test('is refused in production below 16 bytes', () => {
    expect(problemsInProduction('fifteen-bytes-x')).toEqual([
      'AUTH0_SECRET: entry 1 has 15 bytes; make one with: openssl rand -base64 32',
    ]);
    expect(problemsInProduction('sixteen-bytes-xy')).toEqual([]);
    expect(problemsInProduction(`${NEW},canary`).join()).not.toContain('canary');
  });
});

test('a payload key or secret of zeros causes a warning', () => {
  const zeros = Buffer.alloc(32).toString('base64url');
  const { warnings } = load({
    PAYLOAD_KEYS: `${KEY},${zeros}`,
    AUTH0_SECRET: zeros,
    AUTH0_SECRET_BASE64: 'true',
  });

  expect(warnings.toSorted()).toEqual([
    expect.stringMatching(/^AUTH0_SECRET: entry 1 is all zeros/),
    expect.stringMatching(/^PAYLOAD_KEYS: entry 2 is all zeros/),
  ]);
});

describe('two connections that share a secret and the audience', () => {
  const yaml = (one: string, other: string) =>
    loadYaml(`{ one: { secrets: ["${NEW}", "${OLD}"], ${one} }, other: { secrets: "${OLD}", ${other} } }`)
      .warnings;

  test.each([
    ['audience: a', 'audience: a'],
    ['audience: a, subject: s', 'audience: a'],
  ])('cause a warning: %s, %s', (one, other) => {
    expect(yaml(one, other)).toEqual([
      expect.stringMatching(/^connections\.one and connections\.other .* give each its own secret$/),
    ]);
  });

  test.each([
    ['audience: a', 'audience: b'],
    ['audience: a, subject: s', 'audience: a, subject: t'],
    ['audience: a, issuer: Auth0', 'audience: a, issuer: Auth0, subject: t'],
  ])('are accepted if no token is valid for both: %s, %s', (one, other) => {
    const shared = yaml(one, other).filter((warning) => warning.includes('share a secret'));
    expect(shared).toEqual(one.includes('issuer') ? [expect.any(String)] : []);
  });
});

describe('the age of tokens', () => {
  const agesOf = ({ connections }: ReturnType<typeof load>) =>
    connections.map(({ maxTokenAgeMs, requiresTokenTime }) => [maxTokenAgeMs, requiresTokenTime]);
  const secret = { AUTH0_SECRET: NEW };

  test.each<[Env, unknown]>([
    [{}, [3_600_000, false]],
    [{ AUTH0_MAX_TOKEN_AGE: '5m', AUTH0_REQUIRE_TOKEN_TIME: 'true' }, [300_000, true]],
    [{ AUTH0_MAX_TOKEN_AGE: 'off' }, [undefined, false]],
  ])('with %j is %j', (env, expected) => {
    expect(agesOf(load({ ...secret, ...env }))).toEqual([expected]);
  });

  test('can differ by connection', () => {
    const config = loadYaml(
      `{ one: { secrets: "${NEW}", audience: a }, two: { secrets: "${OLD}", audience: b, maxTokenAge: off, requireTokenTime: true } }`,
      { AUTH0_MAX_TOKEN_AGE: '10m' },
    );

    expect(agesOf(config)).toEqual([
      [600_000, false],
      [undefined, true],
    ]);
  });

  test.each(['30s', '25h', 'never', '60'])('cannot be %s', (age) => {
    expect(() => load({ ...secret, AUTH0_MAX_TOKEN_AGE: age })).toThrow(
      /AUTH0_MAX_TOKEN_AGE: must be a duration from 1m to 24h, or off/,
    );
  });
});
