import { expect, test } from 'vitest';
import { setupConsole } from './support/console.ts';
import { redisContents } from './support/redis-contents.ts';

const MESSAGE = {
  id: 'msg_1',
  to: '+14155550123',
  from: 'Acme',
  body: 'Your code is 493817',
  arrived: true,
  result: 'delivered',
};

const messagesOf = ({ body }: { body: Record<string, unknown> }) =>
  body['messages'] as Record<string, unknown>[];

test('shows delivered messages, newest first, in the documented format', async () => {
  const { ask, inbox, client } = await setupConsole();
  await client.hset('{gateway}:trace:msg_1', 'connection', 'default');
  await inbox.add(MESSAGE);
  await inbox.add({ ...MESSAGE, id: 'msg_2', from: undefined, body: 'Привет' });

  const answer = await ask('/api/inbox/messages');

  expect(answer.status).toBe(200);
  expect(messagesOf(answer)).toEqual([
    {
      id: 'msg_2',
      connection: null,
      to: '+14155550123',
      from: null,
      body: 'Привет',
      code: null,
      encoding: 'UCS-2',
      segments: 1,
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      arrived: true,
      result: 'delivered',
    },
    expect.objectContaining({
      id: 'msg_1',
      connection: 'default',
      from: 'Acme',
      code: '493817',
      encoding: 'GSM-7',
    }),
  ]);
});

test('waits for the code of one number, and answers as soon as it arrives', async () => {
  const { ask, inbox } = await setupConsole();
  await inbox.add(MESSAGE);

  const waiting = ask('/api/inbox/messages?to=%2B14155550199&wait=20s');
  await inbox.add({ ...MESSAGE, id: 'msg_2' });
  await inbox.add({ ...MESSAGE, id: 'msg_3', to: '+14155550199', arrived: false, result: 'undelivered' });
  await inbox.add({ ...MESSAGE, id: 'msg_4', to: '+14155550199' });

  expect(messagesOf(await waiting)).toEqual([expect.objectContaining({ id: 'msg_4' })]);
});

test('waits only for messages later than "after"', async () => {
  const { ask, inbox } = await setupConsole();
  await inbox.add(MESSAGE);
  const [first] = messagesOf(await ask('/api/inbox/messages'));
  const after = encodeURIComponent(String(first?.['receivedAt']));

  expect(messagesOf(await ask(`/api/inbox/messages?after=${after}&wait=50ms`))).toEqual([]);
  const waiting = ask(`/api/inbox/messages?after=${after}&wait=20s`);
  await inbox.add({ ...MESSAGE, id: 'msg_2' });

  expect(messagesOf(await waiting)).toMatchObject([{ id: 'msg_2' }]);
});

test('answers without messages after the wait', async () => {
  const { ask } = await setupConsole();

  expect(messagesOf(await ask('/api/inbox/messages?wait=10ms'))).toEqual([]);
});

test('filters by number as people write it, and by connection', async () => {
  const { ask, inbox, client } = await setupConsole();
  await client.hset('{gateway}:trace:msg_1', 'connection', 'shop');
  await inbox.add(MESSAGE);

  const ids = async (query: string) =>
    messagesOf(await ask(`/api/inbox/messages?${query}`)).map(({ id }) => id);
  expect(await ids('to=%2B1%20415-555-0123')).toEqual(['msg_1']);
  expect(await ids('to=%2B14155550100')).toEqual([]);
  expect(await ids('connection=shop')).toEqual(['msg_1']);
  expect(await ids('connection=default')).toEqual([]);
});

test('shows messages that did not arrive only with all=1', async () => {
  const { ask, inbox } = await setupConsole();
  await inbox.add({ ...MESSAGE, arrived: false, result: 'undelivered' });

  expect(messagesOf(await ask('/api/inbox/messages'))).toEqual([]);
  expect(messagesOf(await ask('/api/inbox/messages?all=1'))).toMatchObject([
    { arrived: false, result: 'undelivered' },
  ]);
});

test('can be emptied', async () => {
  const { ask, inbox } = await setupConsole();
  await inbox.add(MESSAGE);

  expect((await ask('/api/inbox/messages', { method: 'DELETE' })).status).toBe(204);
  expect(messagesOf(await ask('/api/inbox/messages'))).toEqual([]);
});

test.each(['after=yesterday', 'wait=soon'])('says what is wrong with %s', async (query) => {
  const { ask } = await setupConsole();

  const { status, body } = await ask(`/api/inbox/messages?${query}`);

  expect(status).toBe(400);
  expect(body['detail']).toContain(query.split('=')[0]);
});

test('Redis contains neither text nor number, and the message expires', async () => {
  const { inbox, client } = await setupConsole();
  await inbox.add(MESSAGE);

  const contents = await redisContents(client);
  for (const secret of ['493817', '4155550123', 'Acme']) expect(contents).not.toContain(secret);
  expect(await client.pttl('{gateway}:inbox')).toBeGreaterThan(0);
});

test('without an inbox there is neither page nor API', async () => {
  const { ask } = await setupConsole({ hasInbox: false });

  for (const path of ['/inbox', '/inbox.html', '/api/inbox/messages', '/api/inbox/events']) {
    expect((await ask(path)).status).toBe(404);
  }
});
