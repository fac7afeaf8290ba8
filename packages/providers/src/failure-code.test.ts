import { expect, test } from 'vitest';
import { noAnswerCode, notSentCode } from './failure-code.ts';

const errorWith = (code: string) => Object.assign(new Error('text that must not matter'), { code });

test.each([
  ['ECONNREFUSED', 'connect_refused'],
  ['ENOTFOUND', 'dns_failed'],
  ['EAI_AGAIN', 'dns_failed'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ETIMEDOUT', 'connect_timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connect_timeout'],
  ['ECONNRESET', 'connect_reset'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed'],
  ['CERT_HAS_EXPIRED', 'tls_failed'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_failed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failed'],
  ['EPROTO', 'tls_failed'],
  ['EMFILE', 'connect_failed'],
])('before the request is written, %s is %s', (code, expected) => {
  expect(notSentCode(errorWith(code))).toBe(expected);
});

test.each([
  ['ECONNRESET', 'connection_reset'],
  ['EPIPE', 'connection_reset'],
  ['UND_ERR_SOCKET', 'connection_closed'],
  ['UND_ERR_HEADERS_TIMEOUT', 'answer_timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'answer_timeout'],
  ['UND_ERR_HEADERS_OVERFLOW', 'answer_malformed'],
  ['EMFILE', 'connection_failed'],
])('after the request is written, %s is %s', (code, expected) => {
  expect(noAnswerCode(errorWith(code))).toBe(expected);
});

test('an error without a code has a name all the same', () => {
  expect(notSentCode(new Error())).toBe('connect_failed');
  expect(noAnswerCode(new Error())).toBe('connection_failed');
});
