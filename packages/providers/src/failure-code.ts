export type NotSentCode =
  | 'aborted'
  | 'client_closed'
  | 'connect_failed'
  | 'connect_refused'
  | 'connect_reset'
  | 'connect_timeout'
  | 'dns_failed'
  | 'invalid_request'
  | 'tls_failed'
  | 'unreachable';

export type NoAnswerCode =
  | 'aborted'
  | 'answer_malformed'
  | 'answer_timeout'
  | 'client_closed'
  | 'connection_closed'
  | 'connection_failed'
  | 'connection_reset';

const NOT_SENT: Readonly<Record<string, NotSentCode>> = {
  EAI_AGAIN: 'dns_failed',
  ECONNREFUSED: 'connect_refused',
  ECONNRESET: 'connect_reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'dns_failed',
  EPIPE: 'connect_reset',
  EPROTO: 'tls_failed',
  ETIMEDOUT: 'connect_timeout',
  HOSTNAME_MISMATCH: 'tls_failed',
  UND_ERR_CLOSED: 'client_closed',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_DESTROYED: 'client_closed',
  UND_ERR_INVALID_ARG: 'invalid_request',
  UND_ERR_SOCKET: 'connect_reset',
};

const NO_ANSWER: Readonly<Record<string, NoAnswerCode>> = {
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  UND_ERR_BODY_TIMEOUT: 'answer_timeout',
  UND_ERR_CLOSED: 'client_closed',
  UND_ERR_DESTROYED: 'client_closed',
  UND_ERR_HEADERS_OVERFLOW: 'answer_malformed',
  UND_ERR_HEADERS_TIMEOUT: 'answer_timeout',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'answer_malformed',
  UND_ERR_SOCKET: 'connection_closed',
};

// The codes of Node (ERR_*) and of OpenSSL's verification, nodejs.org/api/tls.html#x509-certificate-error-codes.
const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|INVALID_|PATH_LENGTH_|SELF_SIGNED_|UNABLE_TO_)/;

/** Names an error that came before anything was written. */
export function notSentCode(error: Error): NotSentCode {
  const code = codeOf(error);
  return NOT_SENT[code] ?? (TLS.test(code) ? 'tls_failed' : 'connect_failed');
}

/** Names an error that came after the request was handed to the socket. */
export function noAnswerCode(error: Error): NoAnswerCode {
  // undici gives its parser's errors a code only now and then.
  if (error.name === 'HTTPParserError') return 'answer_malformed';
  return NO_ANSWER[codeOf(error)] ?? 'connection_failed';
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
