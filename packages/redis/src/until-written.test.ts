import { expect, test } from 'vitest';
import { untilWritten } from './until-written.ts';

const idle = () => new AbortController().signal;

test.each([
  'READONLY You can’t write against a read only replica.',
  'NOREPLICAS Not enough good replicas to write.',
  'Too many Cluster redirections. Last error: Error: Connection is closed.',
])('writes again while Redis says %s', async (message) => {
  let calls = 0;
  const write = async () => {
    calls += 1;
    if (calls < 3) throw new Error(message);
    return 'written';
  };

  expect(await untilWritten(write, idle())).toBe('written');
  expect(calls).toBe(3);
});

test.each(['ERR unknown command', 'WRONGTYPE Operation against a key', 'Connection is closed.'])(
  'does not insist where Redis says %s',
  async (message) => {
    await expect(untilWritten(() => Promise.reject(new Error(message)), idle())).rejects.toThrow(message);
  },
);

test('gives up when it must let go', async () => {
  const refused = () => Promise.reject(new Error('READONLY no'));

  await expect(untilWritten(refused, AbortSignal.abort())).rejects.toThrow('READONLY');
});
