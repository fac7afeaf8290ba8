import * as client from 'openid-client';
import { z } from 'zod';
import { ConsoleProblem } from '../http/problem.ts';
import type { SealedTokens } from './sealed-tokens.ts';

export type OidcConfig = { issuer: string; clientId: string; clientSecret: string | undefined };

/** How long a sign-in at the identity provider may take. */
export const OIDC_MS = 10 * 60_000;

const transactionSchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });

const claimsSchema = z.object({
  sub: z.string(),
  email: z.unknown().optional(),
  email_verified: z.unknown().optional(),
});

type Deps = { config: OidcConfig; redirectUri: string; transactions: SealedTokens };

/**
 * Signs in at an OpenID Connect issuer with the authorization code flow and PKCE (RFC 9700 §2.1.1). openid-client checks
 * the answer, the ID token and its nonce. Discovery happens at the first sign-in, so that the console starts even if the
 * issuer is down.
 */
export function createOidc({ config, redirectUri, transactions }: Deps) {
  let discovered: Promise<client.Configuration> | undefined;

  async function configuration(): Promise<client.Configuration> {
    const issuer = new URL(config.issuer);
    const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname);
    discovered ??= client.discovery(issuer, config.clientId, config.clientSecret, undefined, {
      ...(isLoopback && issuer.protocol === 'http:' && { execute: [client.allowInsecureRequests] }),
    });
    try {
      return await discovered;
    } catch (error) {
      discovered = undefined;
      throw new ConsoleProblem(
        502,
        `The identity provider at ${issuer.host} cannot be used (${reasonOf(error)}). Check CONSOLE_OIDC_ISSUER.`,
      );
    }
  }

  return {
    /** The URL to redirect to, and the content of the cookie that the browser must bring back. */
    begin: async (): Promise<{ url: string; transaction: string }> => {
      const provider = await configuration();
      const transaction = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: 'openid email',
        state: transaction.state,
        nonce: transaction.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(transaction.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, transaction: await transactions.seal(transaction, OIDC_MS) };
    },

    /** The verified claims. @throws {ConsoleProblem} if this browser has not come back signed in. */
    finish: async (query: string, transaction: string | undefined): Promise<z.infer<typeof claimsSchema>> => {
      const sealed = transaction === undefined ? undefined : await transactions.open(transaction);
      const begun = transactionSchema.safeParse(sealed);
      if (!begun.success) throw new ConsoleProblem(400, 'This sign-in has expired. Start again.');
      const provider = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(provider, new URL(redirectUri + query), {
          pkceCodeVerifier: begun.data.verifier,
          expectedState: begun.data.state,
          expectedNonce: begun.data.nonce,
          idTokenExpected: true,
        });
        return claimsSchema.parse(tokens.claims());
      } catch (error) {
        throw new ConsoleProblem(
          403,
          `The identity provider's answer was not accepted (${reasonOf(error)}). Start again.`,
        );
      }
    },
  };
}

/** A code of the library or of OAuth, which contains nothing secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'error' in error ? error.error : 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
