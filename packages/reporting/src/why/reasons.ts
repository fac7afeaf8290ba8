import { PROVIDER_CODES, type Reason, reasons } from './provider-codes.ts';

/** Codes that the gateway gives itself, for any provider. */
const GATEWAY_CODES = reasons(
  ['provider', 'it did not answer in time', 'aborted', 'answer_timeout'],
  ['provider', 'its answer could not be read', 'answer_malformed'],
  ['none', 'the worker was shutting down', 'client_closed'],
  ['network', 'no connection could be made', 'connect_failed'],
  ['network', 'nothing listens at its address', 'connect_refused'],
  ['network', 'the connection was closed before anything was sent', 'connect_reset'],
  ['network', 'the connection timed out', 'connect_timeout'],
  ['network', 'the connection was closed before it answered', 'connection_closed'],
  ['network', 'the connection failed before it answered', 'connection_failed'],
  ['network', 'the connection was reset before it answered', 'connection_reset'],
  ['network', 'its host name could not be resolved', 'dns_failed'],
  ['report', 'the request could not be built', 'invalid_request'],
  ['none', 'the worker died while sending', 'never_concluded'],
  ['network', 'its TLS certificate is not trusted', 'tls_failed'],
  ['network', 'its address cannot be reached', 'unreachable'],
  ['number', 'it simulates a number that cannot be reached', 'simulated_rejected'],
  ['provider', 'it simulates a fault of the account', 'simulated_fault'],
  ['report', 'it simulates an unknown fault', 'simulated_unrecognised'],
  ['throttle', 'it simulates a rate limit', 'simulated_throttled'],
  ['phone', 'it simulates a phone that cannot be reached', 'simulated_undelivered'],
  ['phone', 'it simulates a carrier that does not deliver', 'simulated_failed'],
  ['phone', 'it simulates a phone that was off for too long', 'simulated_expired'],
  ['phone', 'it simulates a carrier that reports nothing', 'simulated_unknown'],
  ['provider', 'it simulates a temporary fault', 'simulated_transient'],
);

const UNKNOWN: Reason = { words: 'the gateway does not know this code', cure: 'report' };

/** What a code of an attempt or a receipt means. */
export function reasonOf(code: string): Reason {
  const known = GATEWAY_CODES.get(code);
  if (known !== undefined) return known;
  const { provider, rest } = parseCode(code);
  if (provider === 'http') return httpReason(Number(rest));
  const codes = PROVIDER_CODES[provider];
  // The state in a receipt may be followed by the carrier's own error, as in undeliv_011.
  const [state = ''] = rest.split('_', 1);
  return codes?.get(rest) ?? codes?.get(state) ?? UNKNOWN;
}

/** The meaning of a code, and the code: `the number is a landline (21635)`. */
export function inWords(code: string): string {
  const { provider, rest } = parseCode(code);
  const shown = provider in PROVIDER_CODES ? rest : provider === 'http' ? `HTTP ${rest}` : code;
  return `${reasonOf(code).words} (${shown})`;
}

function parseCode(code: string): { provider: string; rest: string } {
  const [, provider = '', rest = ''] = /^([a-z]+)_(.+)$/.exec(code) ?? [];
  return { provider, rest };
}

function httpReason(status: number): Reason {
  if (status >= 200 && status < 300) {
    return { words: 'its answer does not name the message; a proxy may have answered', cure: 'network' };
  }
  if (status === 401 || status === 403) {
    return { words: 'it does not accept the credentials', cure: 'credentials' };
  }
  if (status === 404 || status === 405) return { words: 'there is nothing at its URL', cure: 'report' };
  if (status === 408 || status === 503) return { words: 'it is not available', cure: 'provider' };
  if (status === 429) return { words: 'too many requests', cure: 'throttle' };
  return status >= 500
    ? { words: 'it had an internal error', cure: 'provider' }
    : { words: 'it refuses the message without giving a reason', cure: 'report' };
}
