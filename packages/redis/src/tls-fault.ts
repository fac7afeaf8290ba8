/** Why TLS failed, and what to change; undefined for any other error. */
export function tlsFault(
  error: unknown,
  { name, withoutTls }: { name: string; withoutTls: string },
): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // ioredis reports some errors only by their message.
  const text = `${'code' in error ? String(error.code) : ''} ${error.message}`;
  const isAny = (...patterns: RegExp[]) => patterns.some((pattern) => pattern.test(text));

  if (
    isAny(
      /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)/,
      /self-signed certificate|unable to (verify|get).*(certificate|issuer)/,
    )
  )
    return `The certificate of ${name} is from an authority that is not known here: name the file with the authority's certificate in NODE_EXTRA_CA_CERTS, and restart`;
  if (isAny(/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, /certificate (has expired|is not yet valid)/))
    return `The certificate of ${name} is not valid at this time: renew it`;
  if (isAny(/ALTNAME_INVALID/, /does not match certificate's altnames/))
    return `The certificate of ${name} does not name the address that it is reached at: issue it for that address (subjectAltName)`;
  if (isAny(/WRONG_VERSION_NUMBER|wrong version number|packet length too long/i))
    return `${name} does not use TLS at this port: set ${withoutTls}, or name its TLS port`;
  if (isAny(/CERTIFICATE_REQUIRED|certificate required/i))
    return `${name} asks clients for a certificate, and the gateway has none: set "tls-auth-clients no" in its configuration`;
  return undefined;
}
