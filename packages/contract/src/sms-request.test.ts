import { expect, test } from 'vitest';
import { MAX_TEXT_LENGTH, noticeKind, readSmsRequest } from './sms-request.ts';

function read(fields: Record<string, unknown>) {
  const { request, ignored, error } = readSmsRequest({ recipient: '+1', body: 'x', ...fields });
  if (error !== undefined) throw error;
  return { request, ignored };
}

test('no length of what only informs keeps a code from being sent', () => {
  const long = 'en-US,en;q=0.9,'.repeat(100);
  const informing = {
    req: { ip: '203.0.113.7', 'user-agent': long },
    code: long,
    locale: long,
    tenant: long,
    client_id: long,
    organization_id: long,
    correlation_id: long,
  };
  const { request, ignored } = read(informing);

  expect(request).toMatchObject(informing);
  expect(ignored).toEqual([]);
});

test.each<[string, Record<string, unknown>, string[]]>([
  ['a sender as a number', { sender: 15005550006 }, ['sender']],
  ['a sender that is too long', { sender: 'x'.repeat(129) }, ['sender']],
  ['req as a text', { req: '203.0.113.7' }, ['req']],
  ['req as a list', { req: ['203.0.113.7'] }, ['req']],
  ['an address as an object', { req: { ip: {} } }, ['req.ip']],
  ['all of req of the wrong type', { req: { ip: 1, 'user-agent': [] } }, ['req.ip', 'req.user-agent']],
  ['a code as an object', { code: { value: '1' } }, ['code']],
  ['a locale as a list', { locale: ['de', 'en'] }, ['locale']],
  ['a kind as a number', { message_type: 5 }, ['message_type']],
  ['a time that is none', { requested_at: 'yesterday' }, ['requested_at']],
  ['a time as a number', { requested_at: 1_764_000_000 }, ['requested_at']],
  [
    'everything at once',
    { sender: [], tenant: 1, client_id: true, organization_id: {}, correlation_id: 5 },
    ['sender', 'tenant', 'client_id', 'organization_id', 'correlation_id'],
  ],
])('%s counts as not sent, and is told', (_title, fields, names) => {
  const { request, ignored } = read({ locale: 'de', ...fields });

  expect(ignored).toEqual(names);
  expect(request).toMatchObject({ recipient: '+1', body: 'x' });
  for (const name of names.filter((field) => !field.includes('.'))) {
    expect(request[name as keyof typeof request]).toBeUndefined();
  }
});

test('what is well formed beside a malformed field stays', () => {
  const { request } = read({ req: { ip: '203.0.113.7', 'user-agent': 5 }, sender: 'Acme', locale: 5 });

  expect(request).toMatchObject({ req: { ip: '203.0.113.7' }, sender: 'Acme' });
});

test('a code that came as a number is one: the message is no notice', () => {
  const { request, ignored } = read({ code: 123456, message_type: 'change_password' });

  expect(ignored).toEqual(['code']);
  expect(noticeKind(request)).toBeUndefined();
});

test.each([[''], ['   '], [null], [undefined]])('the sender %j is none', (sender) => {
  expect(read({ sender })).toMatchObject({ request: { recipient: '+1' }, ignored: [] });
  expect(read({ sender }).request.sender).toBeUndefined();
});

test.each<[string, unknown]>([
  ['a number as the recipient', { recipient: 14155550123, body: 'x' }],
  ['a number as the body', { recipient: '+1', body: 123456 }],
  ['both missing', {}],
  ['a blank body', { recipient: '+1', body: ' \n\t\r\n' }],
  ['a body too long', { recipient: '+1', body: 'x'.repeat(MAX_TEXT_LENGTH + 1) }],
  ['half a character', { recipient: '+1', body: '\ud800 123456' }],
  ['a list', []],
  ['null', null],
])('%s is an error, and of recipient and body alone', (_title, body) => {
  const { error } = readSmsRequest(
    Array.isArray(body) || body === null ? body : { sender: 5, ...(body as object) },
  );

  expect(error?.issues.map(({ path }) => path[0]).filter((field) => field === 'sender')).toEqual([]);
});

test.each([
  ['Your code is 123456', 'Your code is 123456'],
  ['\n\n  \n  Your code is 123456\n', 'Your code is 123456'],
  ['\r\n\r\nYour code is 123456\r\n \r\n', 'Your code is 123456'],
  ['Your code is 123456.\n\n@example.com #123456', 'Your code is 123456.\n\n@example.com #123456'],
  [
    '\n  Your code is 123456.\n\n\n@example.com #123456\n\n  \n',
    'Your code is 123456.\n\n\n@example.com #123456',
  ],
  [
    'Your code is 123456.\r\n\r\n@example.com #123456\r\n',
    'Your code is 123456.\r\n\r\n@example.com #123456',
  ],
  ['Your code\n  @example.com #123456 \n', 'Your code\n  @example.com #123456 '],
  ['\ufeff\u00a0123456 ', '123456 '],
])('of the text %j goes out %j', (body, text) => {
  expect(read({ body }).request.body).toBe(text);
});

test('a text of many blank lines is read without backtracking', () => {
  const text = `${'\r\n'.repeat(3000)}x${' \r\n'.repeat(500)}y${'\r\n'.repeat(3000)}`;

  expect(read({ body: text }).request.body).toBe(`x${' \r\n'.repeat(500)}y`);
});

test.each<[string, Record<string, unknown>, string | undefined]>([
  ['a legacy call, which says nothing', {}, undefined],
  ['a code', { message_type: 'otp_verify', code: '123456' }, undefined],
  ['a code whose digits are not told', { message_type: 'otp_enroll' }, undefined],
  ['any kind that has a code', { message_type: 'change_password', code: '123456' }, undefined],
  ['a notice', { message_type: 'password_breach' }, 'password_breach'],
  ['a notice with an empty code', { message_type: 'blocked_account', code: '' }, 'blocked_account'],
  ['a kind of the future', { message_type: 'of_the_future' }, 'of_the_future'],
  ['no kind', { message_type: '' }, undefined],
])('%s is told from a notice', (_title, fields, expected) => {
  expect(noticeKind(read(fields).request)).toBe(expected);
});
