import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findGatewayAuthentication } from './gateway-authentication.ts';

const OWN = 'own-shared-secret-of-more-than-32-bytes-0';
const OTHER = 'other-shared-secret-of-more-than-32-bytes';
const state = {
  secret: 'made-by-npm-start-of-more-than-32-bytes-00',
  audience: 'urn:sms-gateway',
  payloadKey: '',
  url: 'http://127.0.0.1:8080/v1/sms',
  connection: 'default',
};

async function find(env: NodeJS.ProcessEnv, connection = 'default', yaml?: string) {
  if (yaml === undefined) return findGatewayAuthentication({ env, state, connection });
  const folder = await mkdtemp(join(tmpdir(), 'sms-gateway-authentication-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  await writeFile(file, yaml);
  return findGatewayAuthentication({ env: { ...env, GATEWAY_CONFIG: file }, state, connection });
}

test('without a file the environment comes before what npm start made', async () => {
  expect(await find({})).toMatchObject({
    authentication: { secret: state.secret, audience: 'urn:sms-gateway' },
    secretOrigin: 'dev_state',
  });
  expect(await find({ AUTH0_SECRET: `${OWN},${OTHER}`, AUTH0_AUDIENCE: 'urn:own' })).toMatchObject({
    authentication: { secret: OWN, audience: 'urn:own' },
    secretOrigin: 'environment',
  });
  expect(findGatewayAuthentication({ env: {}, state: undefined, connection: 'default' })).toEqual({
    kind: 'missing',
  });
});

test('a connection of the file has its first secret, its audience and its subject', async () => {
  const yaml = `connections: { default: { secrets: [${OWN}, ${OTHER}], audience: urn:file, subject: urn:Auth0 } }`;

  expect(await find({}, 'default', yaml)).toEqual({
    kind: 'found',
    authentication: {
      secret: OWN,
      isSecretBase64Encoded: false,
      audience: 'urn:file',
      subject: 'urn:Auth0',
    },
    secretOrigin: 'configuration',
  });
});

test('what the file leaves out of default is what npm start gives the gateway', async () => {
  const yaml = `connections: { acme: { secrets: [${OWN}], audience: urn:acme } }`;

  expect(await find({}, 'acme', yaml)).toMatchObject({ authentication: { secret: OWN } });
  expect(await find({}, 'default', yaml)).toMatchObject({
    authentication: { secret: state.secret, audience: 'urn:sms-gateway' },
    secretOrigin: 'dev_state',
  });
});

test('of a connection that is not there, those that are there are told', async () => {
  const yaml = `connections: { acme: { secrets: [${OWN}], audience: urn:acme } }`;

  expect(await find({}, 'nobody', yaml)).toEqual({
    kind: 'no_such_connection',
    names: expect.arrayContaining(['acme', 'default']) as string[],
  });
});

test('npm start without a file has one connection, and an own secret may be that of a gateway elsewhere', async () => {
  expect(await find({}, 'acme')).toEqual({ kind: 'no_such_connection', names: ['default'] });
  expect(await find({ AUTH0_SECRET: OWN }, 'acme')).toMatchObject({ authentication: { secret: OWN } });
});
