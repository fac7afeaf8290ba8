import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { asJson, setupConsole } from './support/console.ts';

const PASSWORD = 'correct horse battery staple';
const HOURS_MS = 3600 * 1000;

const cookieOf = (headers: Headers) => (headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';

describe('on loopback, without sign-in', () => {
  test('everybody on this machine may act', async () => {
    const { ask } = await setupConsole();

    expect((await ask('/api/session')).body).toEqual({
      signIn: 'none',
      operator: { who: 'local', role: 'act' },
      hasInbox: true,
    });
    expect((await ask('/api/blocks', asJson({ destination: '+88', reason: 'pumping' }))).status).toBe(201);
  });

  test('another host name that resolves to this machine is refused', async () => {
    const { url } = await setupConsole();

    // fetch does not let a Host header be set.
    const request = get(`${url}/api/inbox/messages`, { headers: { host: 'evil.example:9092' } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];

    expect(response.statusCode).toBe(421);
    expect(await text(response)).toContain('CONSOLE_PASSWORD');
  });

  test("another site's page may change nothing", async () => {
    const { ask, url } = await setupConsole();
    const block = { destination: '+88', reason: 'pumping' };

    expect((await ask('/api/blocks', asJson(block, { origin: 'https://evil.example' }))).status).toBe(403);
    expect((await ask('/api/blocks', asJson(block, { origin: 'null' }))).status).toBe(403);
    expect(
      (await ask('/api/blocks', { ...asJson(block), headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415);
    expect((await ask('/api/blocks')).body).toEqual({ blocks: [] });
    expect((await ask('/api/blocks', asJson(block, { origin: url }))).status).toBe(201);
  });
});

describe('with a password', () => {
  const setup = () => setupConsole({ signIn: { kind: 'password', password: PASSWORD } });

  test('nothing is shown or changed before it was given', async () => {
    const { ask } = await setup();

    for (const path of [
      '/api/blocks',
      '/api/overview',
      '/api/events',
      '/api/doctor',
      '/api/inbox/messages',
    ]) {
      expect((await ask(path)).status).toBe(401);
    }
    expect((await ask('/api/messages/search', asJson({ number: '+14155550123' }))).status).toBe(401);
    expect((await ask('/api/blocks', asJson({ destination: '+88', reason: 'x' }))).status).toBe(401);
    expect((await ask('/api/session')).body).toMatchObject({ signIn: 'password', operator: null });
  });

  test('it starts a session, which expires', async () => {
    const { ask, passMs, logLines } = await setup();

    const signedIn = await ask('/api/session', asJson({ password: PASSWORD }));
    expect(signedIn.status).toBe(200);
    const cookie = cookieOf(signedIn.headers);
    expect(signedIn.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/);
    expect((await ask('/api/blocks', { headers: { cookie } })).status).toBe(200);
    expect(logLines()).toContainEqual(expect.objectContaining({ msg: 'console.signed_in', who: 'password' }));

    passMs(9 * HOURS_MS);
    expect((await ask('/api/blocks', { headers: { cookie } })).status).toBe(401);
  });

  test('behind TLS the cookie is for this host and TLS only', async () => {
    const { ask } = await setupConsole({
      signIn: { kind: 'password', password: PASSWORD },
      publicUrl: 'https://console.example',
    });

    const { headers } = await ask('/api/session', asJson({ password: PASSWORD }));

    expect(headers.getSetCookie()[0]).toMatch(/^__Host-sms_gateway_session=.*Path=\/;.*HttpOnly; Secure/);
  });

  test('a changed cookie, or one of another console, is not a session', async () => {
    const [one, other] = [await setup(), await setup()];
    const cookie = cookieOf((await one.ask('/api/session', asJson({ password: PASSWORD }))).headers);

    expect((await other.ask('/api/blocks', { headers: { cookie } })).status).toBe(401);
    expect((await one.ask('/api/blocks', { headers: { cookie: `${cookie}x` } })).status).toBe(401);
  });

  test('a new password ends the sessions of the old one', async () => {
    const payloadKeys = { kind: 'keys' as const, keys: [randomBytes(32)] };
    const old = await setupConsole({ payloadKeys, signIn: { kind: 'password', password: 'old password' } });
    const cookie = cookieOf((await old.ask('/api/session', asJson({ password: 'old password' }))).headers);
    const next = await setupConsole({ payloadKeys, signIn: { kind: 'password', password: PASSWORD } });

    expect((await old.ask('/api/blocks', { headers: { cookie } })).status).toBe(200);
    expect((await next.ask('/api/blocks', { headers: { cookie } })).status).toBe(401);
  });

  test('after ten wrong ones, no more are checked', async () => {
    const { ask, passMs, logLines } = await setup();
    const guess = (password: string) => ask('/api/session', asJson({ password }));

    for (let tries = 0; tries < 10; tries += 1) expect((await guess(`guess ${tries}`)).status).toBe(403);
    const refused = await guess(PASSWORD);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    passMs(61_000);
    expect((await guess(PASSWORD)).status).toBe(200);
    expect(JSON.stringify(logLines())).not.toContain('guess');
  });

  test('signing out removes the cookie', async () => {
    const { ask } = await setup();

    const { status, headers } = await ask('/api/session', { method: 'DELETE' });

    expect(status).toBe(204);
    expect(headers.getSetCookie()[0]).toMatch(/^sms_gateway_session=;.*Expires=Thu, 01 Jan 1970/);
  });
});

describe('with an OpenID Connect issuer', () => {
  /** An issuer that signs in whoever is set, and checks PKCE as a real one does. */
  async function startIssuer() {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    let claims: Record<string, unknown> = { sub: 'user-1' };
    const codes = new Map<string, { nonce: string; challenge: string }>();
    let issuer = '';
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', issuer);
      const json = (body: unknown, status = 200) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (url.pathname === '/.well-known/openid-configuration') {
        json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
        return;
      }
      if (url.pathname === '/jwks') {
        json({ keys: [jwk] });
        return;
      }
      void (async () => {
        const form = new URLSearchParams(await text(request));
        const known = codes.get(form.get('code') ?? '');
        const verifier = new TextEncoder().encode(form.get('code_verifier') ?? '');
        const digest = Buffer.from(await crypto.subtle.digest('SHA-256', verifier)).toString('base64url');
        if (known === undefined || digest !== known.challenge) return json({ error: 'invalid_grant' }, 400);
        const token = await new SignJWT({ ...claims, nonce: known.nonce })
          .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
          .setIssuer(issuer)
          .setAudience('client-1')
          .setIssuedAt()
          .setExpirationTime('5m')
          .sign(privateKey);
        return json({ access_token: 'at', token_type: 'Bearer', id_token: token });
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    return {
      issuer,
      signIn: (next: Record<string, unknown>) => void (claims = next),
      /** What the browser gets back from the issuer's own page. */
      authorize: (location: string) => {
        const { searchParams } = new URL(location);
        codes.set('code-1', {
          nonce: searchParams.get('nonce') ?? '',
          challenge: searchParams.get('code_challenge') ?? '',
        });
        return `/sign-in/callback?code=code-1&state=${searchParams.get('state') ?? ''}`;
      },
    };
  }

  async function setup() {
    const issuer = await startIssuer();
    const running = await setupConsole({
      signIn: {
        kind: 'oidc',
        issuer: issuer.issuer,
        clientId: 'client-1',
        clientSecret: 'secret-1',
        operators: ['ops@acme.example'],
        viewers: ['@acme.example'],
      },
    });
    async function signIn(claims: Record<string, unknown>) {
      issuer.signIn(claims);
      const begun = await running.ask('/sign-in');
      expect(begun.status).toBe(303);
      const callback = issuer.authorize(begun.headers.get('location') ?? '');
      return running.ask(callback, { headers: { cookie: cookieOf(begun.headers) } });
    }
    return { ...running, issuer, signIn };
  }

  const sessionOf = (headers: Headers) =>
    headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0] ?? '')
      .find((cookie) => cookie.startsWith('sms_gateway_session=')) ?? '';

  test('an operator may act, a viewer may view', async () => {
    const { signIn, ask } = await setup();
    const block = { destination: '+88', reason: 'pumping' };

    const operator = await signIn({ sub: 'user-1', email: 'Ops@acme.example', email_verified: true });
    expect(operator.status).toBe(303);
    const acting = { cookie: sessionOf(operator.headers) };
    expect((await ask('/api/session', { headers: acting })).body).toMatchObject({
      operator: { who: 'ops@acme.example', role: 'act' },
    });
    expect((await ask('/api/blocks', asJson(block, acting))).status).toBe(201);

    const viewer = await signIn({ sub: 'user-2', email: 'dev@acme.example', email_verified: true });
    const looking = { cookie: sessionOf(viewer.headers) };
    expect((await ask('/api/blocks', { headers: looking })).status).toBe(200);
    expect((await ask('/api/blocks', asJson(block, looking))).status).toBe(403);
  });

  test.each([
    [
      'an address that nobody has verified',
      { sub: 'user-1', email: 'ops@acme.example', email_verified: false },
    ],
    ['a stranger', { sub: 'user-3', email: 'x@other.example', email_verified: true }],
    [
      'an address that only looks alike',
      { sub: 'user-4', email: 'x@evilacme.example', email_verified: true },
    ],
  ])('%s is refused', async (_name, claims) => {
    const { signIn } = await setup();

    const { status, headers, body } = await signIn(claims);

    expect(status).toBe(403);
    expect(body['detail']).toContain('CONSOLE_OPERATORS');
    expect(sessionOf(headers)).toBe('');
  });

  test('an answer for another browser, another state or another verifier is refused', async () => {
    const { ask, issuer } = await setup();
    const begun = await ask('/sign-in');
    const callback = issuer.authorize(begun.headers.get('location') ?? '');
    const cookie = cookieOf(begun.headers);

    expect((await ask(callback)).status).toBe(400);
    expect((await ask(`${callback}x`, { headers: { cookie } })).status).toBe(403);
    const other = await ask('/sign-in');
    expect((await ask(callback, { headers: { cookie: cookieOf(other.headers) } })).status).toBe(403);
  });

  test('an issuer that is down is named, with the setting', async () => {
    const { ask } = await setupConsole({
      signIn: {
        kind: 'oidc',
        issuer: 'http://127.0.0.1:1',
        clientId: 'client-1',
        clientSecret: undefined,
        operators: ['*'],
        viewers: [],
      },
    });

    const { status, body } = await ask('/sign-in');

    expect(status).toBe(502);
    expect(body['detail']).toContain('CONSOLE_OIDC_ISSUER');
  });
});
