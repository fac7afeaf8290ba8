import { describe, expect, test } from 'vitest';
import {
  CANARY_SECRET as SECRET,
  ingress,
  ingressFromYaml as fromYaml,
  KEY,
  problemsOf,
  worker,
} from '../../../test/support/load-settings.ts';

const ACME = `secrets: ${SECRET}, audience: acme, allowedCountries: [US]`;
const BAD_FILES: [what: string, yaml: string, problem: string | RegExp][] = [
  [
    'an unknown setting',
    `{ logLvel: info, connections: { acme: { ${ACME} } } }`,
    'logLvel: no such setting (did you mean logLevel?)',
  ],
  [
    'an unknown setting of a connection',
    `connections: { acme: { ${ACME}, isuer: canary } }`,
    'connections.acme.isuer: no such setting (did you mean issuer?)',
  ],
  [
    'a setting like nothing known',
    `{ zzz: canary, connections: { acme: { ${ACME} } } }`,
    'zzz: no such setting',
  ],
  [
    'a connection without secrets',
    'connections: { acme: { audience: canary } }',
    /^connections.acme.secrets: not set/,
  ],
  [
    'a connection without anything',
    'connections: { acme: { secrets: canary, audience: } }',
    /^connections.acme.audience: not set/,
  ],
  [
    'a name that is none',
    `connections: { "Acme Inc": { ${ACME} } }`,
    /^connections.Acme Inc: is not a valid connection name/,
  ],
  [
    'secrets that are a number',
    'connections: { acme: { secrets: [12345678], audience: acme } }',
    /^connections.acme.secrets: entry 1 must be text/,
  ],
  [
    'secrets that are a map',
    'connections: { acme: { secrets: { canary: 1 }, audience: acme } }',
    'connections.acme.secrets: must be a list',
  ],
  [
    'a list without entries',
    'connections: { acme: { secrets: [], audience: acme } }',
    'connections.acme.secrets: must have at least one entry',
  ],
  [
    'a variable that is not set',
    `connections: { acme: { audience: acme, secrets: ["\${ACME}"] } }`,
    /^connections.acme.secrets: the variable ACME is not set; set it/,
  ],
  [
    'a reference that is none',
    `connections: { acme: { ${ACME}, issuer: "a\${canary" } }`,
    /^connections.acme.issuer: \$\{ must begin/,
  ],
  [
    'a text where a map belongs',
    'connections: canary',
    'connections: must be a map of settings (name: value)',
  ],
  ['a list at the top', '[canary]', /^GATEWAY_CONFIG: \/gateway.yaml: must contain a map/],
  [
    'a duration as a number',
    `{ messageTtl: 180, connections: { acme: { ${ACME} } } }`,
    /^messageTtl: needs a unit/,
  ],
  [
    'a port with a fraction',
    `{ port: 80.5, connections: { acme: { ${ACME} } } }`,
    'port: must be a whole number from 0 to 65535',
  ],
  [
    'a syntax error',
    'port: 1\nhost: [canary\n',
    /^GATEWAY_CONFIG: \/gateway.yaml: not valid YAML: .* at line \d, column \d/,
  ],
  [
    'a setting given twice',
    'port: 1\nport: 12345678\n',
    'GATEWAY_CONFIG: /gateway.yaml: not valid YAML: duplicate key at line 2, column 1',
  ],
];

describe('a bad file', () => {
  test.each(BAD_FILES)(
    'with %s is one problem that names its place and shows no value',
    (_what, yaml, problem) => {
      const problems = problemsOf(() => fromYaml(yaml));

      expect(problems).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
      for (const secret of ['canary', '12345678', SECRET]) expect(problems.join()).not.toContain(secret);
    },
  );

  test('that does not exist is a problem of GATEWAY_CONFIG only', () => {
    expect(problemsOf(() => ingress({ GATEWAY_CONFIG: '/none.yaml' }))).toEqual([
      'GATEWAY_CONFIG: cannot read /none.yaml (ENOENT)',
    ]);
  });

  test('with a sender that YAML reads as a number is reported', () => {
    const yaml = `providers: { twilio: { from: +14155550100 } }`;
    const problems = problemsOf(() =>
      worker(
        {
          PAYLOAD_KEYS: KEY,
          PROVIDERS: 'twilio',
          TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
          TWILIO_AUTH_TOKEN: 'token',
          GATEWAY_CONFIG: '/gateway.yaml',
        },
        { '/gateway.yaml': yaml },
      ),
    );

    expect(problems).toEqual(['providers.twilio.from: must be text; put it in quotes']);
  });
});
