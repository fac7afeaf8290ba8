import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type DevState, readDevState, writeDevState } from './dev-state.ts';

const state: DevState = {
  secret: 'a-secret',
  audience: 'urn:sms-gateway',
  payloadKey: 'a-key',
  url: 'http://127.0.0.1:8080/v1/sms',
  connection: 'default',
};

async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'sms-gateway-state-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('the state is read as it was written, Redis and admin ports included', async () => {
  const folder = await setup();
  const all = { ...state, redisUrl: 'redis://127.0.0.1:6379', adminPorts: { ingress: 9090, worker: 9091 } };
  await writeDevState(folder, all);

  expect(await readDevState(folder)).toEqual(all);
});

test('a state from before Redis and admin ports were stored is still valid', async () => {
  const folder = await setup();
  await writeFile(join(folder, 'dev.json'), JSON.stringify(state));

  expect(await readDevState(folder)).toEqual(state);
});

test('a damaged file says what to do with it', async () => {
  const folder = await setup();
  await writeFile(join(folder, 'dev.json'), '{"secret":');

  await expect(readDevState(folder)).rejects.toThrow('dev.json is damaged. Delete it');
});
