import { expect, test } from 'vitest';
import { asJson, setupConsole } from './support/console.ts';

test('blocks and unblocks, with a line in the log that says who and why', async () => {
  const { ask, client, logLines } = await setupConsole();

  const added = await ask(
    '/api/blocks',
    asJson({ destination: '+88', for: '6h', reason: ' pumping \n since noon ' }),
  );
  expect(added.status).toBe(201);
  const sinceMs = Date.parse(String(added.body['since']));
  expect(added.body).toEqual({
    destination: '+88',
    since: expect.any(String),
    until: new Date(sinceMs + 6 * 3600 * 1000).toISOString(),
    reason: 'pumping since noon',
  });
  expect(await client.hkeys('{gateway}:blocks')).toEqual(['+88']);
  expect((await ask('/api/blocks')).body).toEqual({ blocks: [added.body] });

  expect((await ask('/api/blocks?destination=%2B88', { method: 'DELETE' })).status).toBe(204);
  expect(await client.hkeys('{gateway}:blocks')).toEqual([]);
  expect(logLines().filter(({ who }) => who === 'local')).toMatchObject([
    { msg: 'console.blocked', destination: '+88', reason: 'pumping since noon' },
    { msg: 'console.unblocked', destination: '+88' },
  ]);
});

test('everything is blocked with "all"', async () => {
  const { ask } = await setupConsole();

  expect((await ask('/api/blocks', asJson({ destination: 'all', reason: 'attack' }))).body).toMatchObject({
    destination: 'all',
    until: null,
  });
  expect((await ask('/api/blocks?destination=all', { method: 'DELETE' })).status).toBe(204);
});

test('a block can also be removed with a body', async () => {
  const { ask, client } = await setupConsole();
  await ask('/api/blocks', asJson({ destination: '+88', reason: 'attack' }));
  const remove = (body: unknown) => ask('/api/blocks', { ...asJson(body), method: 'DELETE' });

  expect((await remove({})).status).toBe(400);
  expect((await remove({ destination: 88 })).status).toBe(400);
  expect((await remove({ destination: '+88' })).status).toBe(204);
  expect(await client.exists('{gateway}:blocks')).toBe(0);
});

test.each([
  [{ destination: '+88' }, 'reason'],
  [{ destination: '+88', reason: ' ' }, 'reason'],
  [{ reason: 'x' }, 'destination'],
  [{ destination: '+14155550123', reason: 'x' }, '7 digits'],
  [{ destination: 'Bangladesh', reason: 'x' }, 'destination'],
  [{ destination: 'BD', for: 'long', reason: 'x' }, 'for'],
])('%j is refused with the reason', async (body, expected) => {
  const { ask, client } = await setupConsole();

  const answer = await ask('/api/blocks', asJson(body));

  expect(answer.status).toBe(400);
  expect(answer.body['detail']).toContain(expected);
  expect(await client.exists('{gateway}:blocks')).toBe(0);
});

test('a destination that is not blocked cannot be unblocked', async () => {
  const { ask } = await setupConsole();

  expect((await ask('/api/blocks?destination=BD', { method: 'DELETE' })).status).toBe(404);
  expect((await ask('/api/blocks', { method: 'DELETE' })).status).toBe(400);
});
