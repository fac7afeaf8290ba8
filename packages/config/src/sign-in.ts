import type { SignInConfig } from './config.ts';
import type { Review } from './review.ts';
import type { Read } from './setting.ts';
import type { Settings } from './settings.ts';

/** Whether an address can only be reached from its own machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}

/** How operators sign in to the console; undefined if a problem was reported. */
export function signInConfig(
  { host = '', password, oidc = {}, operators = [], viewers = [] }: Read<Settings['console']>,
  review: Review,
): SignInConfig | undefined {
  const { issuer, clientId, clientSecret } = oidc;
  const hasPassword = review.isGiven(['console', 'password']);
  const hasIssuer = review.isGiven(['console', 'oidc', 'issuer']);
  const label = (...path: string[]) => review.label(['console', ...path]);

  if (hasPassword && hasIssuer) {
    review.problem(['console', 'password'], `contradicts ${label('oidc', 'issuer')}; remove one of them`);
  }
  if (!hasPassword && !hasIssuer && host !== '' && !isLoopback(host)) {
    review.problem(
      ['console', 'host'],
      `is not loopback, so operators must sign in: set ${label('oidc', 'issuer')} or ${label('password')}, or listen on 127.0.0.1`,
    );
  }
  if (!hasIssuer) {
    for (const key of ['clientId', 'clientSecret']) {
      if (!review.isGiven(['console', 'oidc', key])) continue;
      review.problem(['console', 'oidc', 'issuer'], `not set, although ${label('oidc', key)} is`);
    }
    if (password !== undefined) return { kind: 'password', password };
    return hasPassword ? undefined : { kind: 'none' };
  }
  if (!review.isGiven(['console', 'oidc', 'clientId'])) {
    review.problem(
      ['console', 'oidc', 'clientId'],
      'not set; set it to the client ID of the console at the issuer',
    );
  }
  if (!review.isGiven(['console', 'operators']) && !review.isGiven(['console', 'viewers'])) {
    review.problem(
      ['console', 'operators'],
      `not set, so nobody could use the console; list who may block and unblock, or list who may view in ${label('viewers')}`,
    );
  }
  if (issuer === undefined || clientId === undefined) return undefined;
  return { kind: 'oidc', issuer, clientId, clientSecret, operators, viewers };
}
