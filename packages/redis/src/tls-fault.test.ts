import { expect, test } from 'vitest';
import { tlsFault } from './tls-fault.ts';

const redis = { name: 'Redis', withoutTls: 'redis:// in REDIS_URL' };

// The messages are those of Node 20 with OpenSSL 3.
test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', /NODE_EXTRA_CA_CERTS/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', /NODE_EXTRA_CA_CERTS/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', /NODE_EXTRA_CA_CERTS/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate', /NODE_EXTRA_CA_CERTS/],
  ['CERT_HAS_EXPIRED', 'certificate has expired', /renew it/],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
    /subjectAltName/,
  ],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'C0BC:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:ssl3_record.c:354:',
    /does not use TLS at this port: set redis:\/\/ in REDIS_URL/,
  ],
  [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'C0BC:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:rec_layer_s3.c:1605:SSL alert number 116',
    /set "tls-auth-clients no"/,
  ],
])('%s says what to change, by its code and by its message alone', (code, message, reason) => {
  expect(tlsFault(Object.assign(new Error('…'), { code }), redis)).toMatch(reason);
  expect(tlsFault(new Error(message), redis)).toMatch(reason);
});

test('other errors have nothing to do with TLS', () => {
  for (const message of [
    'connect ECONNREFUSED 127.0.0.1:6379',
    'Connection is closed.',
    'READONLY You can’t',
  ])
    expect(tlsFault(new Error(message), redis)).toBeUndefined();
});
