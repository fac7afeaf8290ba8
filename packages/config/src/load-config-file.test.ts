import { describe, expect, test } from 'vitest';
import {
  CANARY_SECRET as SECRET,
  ingress,
  INGRESS,
  ingressFromYaml as fromYaml,
  KEY,
  worker,
} from '../../../test/support/load-settings.ts';

describe('a file', () => {
  test('defines connections, with the settings at the top as their defaults', () => {
    const config = fromYaml(
      `
connections:
  acme:
    secrets: ["\${ACME_SECRET}", "\${OLD:-${SECRET}}"]
    audience: acme
  other:
    secrets: ${SECRET}
    audience: other
    messageTtl: 10s
    allowedCountries: [DE]
    defaultCountry: de
allowedCountries: US,CA
messageTtl: 1m
port: 8181
`,
      { ACME_SECRET: `${SECRET}!` },
    );

    expect(config.port).toBe(8181);
    expect(config.warnings).toEqual([]);
    expect(config.connections).toMatchObject([
      { name: 'acme', messageTtlMs: 60_000, destinations: { allowedCountries: ['US', 'CA'] } },
      {
        name: 'other',
        messageTtlMs: 10_000,
        destinations: { allowedCountries: ['DE'] },
        defaultCountry: 'DE',
      },
    ]);
    expect(config.connections[0]?.secrets.map((secret) => Buffer.from(secret).toString())).toEqual([
      `${SECRET}!`,
      SECRET,
    ]);
  });

  test('wins over the environment, which fills what the file leaves out', () => {
    const config = fromYaml(
      `{ port: 1, admin: { port: 3 }, connections: { default: { audience: from-file } } }`,
      {
        ...INGRESS,
        PORT: '2',
        HOST: '127.0.0.2',
        ADMIN_HOST: '127.0.0.3',
      },
    );

    expect(config).toMatchObject({ port: 1, host: '127.0.0.2', admin: { host: '127.0.0.3', port: 3 } });
    expect(config.connections).toMatchObject([
      { name: 'default', audience: 'from-file', secrets: [new Uint8Array(Buffer.from(SECRET))] },
    ]);
  });

  test('adds to the connection that AUTH0_SECRET defines', () => {
    const config = fromYaml(`connections: { acme: { secrets: ${SECRET}, audience: acme } }`, INGRESS);

    expect(config.connections.map(({ name }) => name).toSorted()).toEqual(['acme', 'default']);
  });

  test('needs no connection default, and an audience alone does not define one', () => {
    const config = fromYaml(`connections: { acme: { secrets: ${SECRET}, audience: acme } }`, {
      AUTH0_AUDIENCE: 'audience',
    });

    expect(config.connections.map(({ name }) => name)).toEqual(['acme']);
  });

  test('serves both processes, and each ignores the settings of the other', () => {
    const yaml = `
connections: { acme: { secrets: "\${ACME_SECRET}", audience: acme } }
providers: { order: [http], http: { url: "https://sms.example.com", token: "\${HTTP_TOKEN}" } }
`;
    const env = { PAYLOAD_KEYS: KEY, GATEWAY_CONFIG: '/gateway.yaml' };

    expect(ingress({ ...env, ACME_SECRET: SECRET }, { '/gateway.yaml': yaml }).connections).toHaveLength(1);
    expect(worker({ ...env, HTTP_TOKEN: 'canary' }, { '/gateway.yaml': yaml }).providers).toHaveLength(1);
  });

  test.each(['', '# nothing\n', '---\n'])(
    'is refused where it holds nothing, as one that is half written: %j',
    (yaml) => {
      expect(() => fromYaml(yaml, INGRESS)).toThrow('is empty; unset GATEWAY_CONFIG');
    },
  );
});
