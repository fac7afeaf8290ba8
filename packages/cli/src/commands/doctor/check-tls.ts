import { operatorUrl, PROVIDERS } from '@sms-gateway/providers';
import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';
import { type Handshake, shakeHands } from './tls-handshake.ts';

const DAY_MS = 24 * 3600 * 1000;
const WARN_BELOW_DAYS = 21;
const FAIL_BELOW_DAYS = 3;

/** Certificates and protocol of the URLs that the operator runs: the gateway's, and the HTTP provider's. */
export async function checkTls({
  caller,
  worker,
  now,
}: Pick<Facts, 'caller' | 'worker' | 'now'>): Promise<Finding[]> {
  const publicUrl = caller.kind === 'loaded' ? caller.config.publicUrl : undefined;
  const providers = worker.kind === 'loaded' ? worker.config.providers : [];
  const urls = [publicUrl, ...providers.map((provider) => operatorUrl(provider, PROVIDERS))]
    .filter((url) => url !== undefined)
    .map((url) => new URL(url))
    .filter(({ protocol }) => protocol === 'https:');
  if (urls.length === 0) return [skipped('no https URL is configured (PUBLIC_URL, HTTP_PROVIDER_URL)')];
  const findings = await Promise.all(
    urls.map(async (url) => judgeTls(url.host, await shakeHands(url), now())),
  );
  return findings.flat();
}

export function judgeTls(host: string, handshake: Handshake, nowMs: number): Finding[] {
  if (handshake.kind === 'failed') {
    return [
      failed(
        `${host}: no TLS connection (${handshake.code})`,
        'Check that the server listens there and speaks TLS (a proxy may speak plain HTTP on that port).',
      ),
    ];
  }
  const { chainError, isHostMatched, protocol, validUntilMs } = handshake;
  const days = Math.floor((validUntilMs - nowMs) / DAY_MS);
  const findings: Finding[] = [];
  if (chainError !== undefined && days >= 0) {
    findings.push(
      failed(
        `${host}: the certificate is not trusted (${chainError})`,
        'Serve the whole chain, intermediate certificates included, from an authority that Auth0 trusts.',
      ),
    );
  }
  if (!isHostMatched) {
    findings.push(
      failed(
        `${host}: the certificate is for another name`,
        `Get one for ${host.replace(/:\d+$/, '')}, or correct the URL.`,
      ),
    );
  }
  if (!['TLSv1.2', 'TLSv1.3'].includes(protocol)) {
    findings.push(
      failed(
        `${host}: the server supports ${protocol} at most`,
        'Switch on TLS 1.2 and 1.3; Auth0 supports nothing older.',
      ),
    );
  }
  const renew = 'Renew it, and find out why the automatic renewal failed.';
  if (days < 0) findings.push(failed(`${host}: the certificate has expired`, renew));
  else if (days < FAIL_BELOW_DAYS)
    findings.push(failed(`${host}: the certificate expires in ${days} days`, renew));
  else if (days < WARN_BELOW_DAYS)
    findings.push(warning(`${host}: the certificate expires in ${days} days`, renew));
  return findings.length > 0
    ? findings
    : [ok(`${host}: trusted, matches the name, ${protocol}, valid for ${days} more days`)];
}
