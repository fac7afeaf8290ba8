import { createHash } from 'node:crypto';
import type { PayloadKeys, SignInConfig } from '@sms-gateway/config';
import type { Logger } from '@sms-gateway/process';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { readJsonBody } from '../http/json-body.ts';
import { ConsoleProblem } from '../http/problem.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';
import { createOidc, OIDC_MS } from './oidc.ts';
import { type Operator, operatorOf, operatorSchema } from './operator.ts';
import { createPasswordCheck } from './password.ts';
import { createSealedTokens } from './sealed-tokens.ts';

/** How long a session lasts: a working day. */
const SESSION_MS = 8 * 3600 * 1000;
const SESSION = 'sms_gateway_session';
const TRANSACTION = 'sms_gateway_sign_in';

/** The response that handlers behind `demandOperator` get. */
export type Signed = Response<unknown, { operator: Operator }>;

type Deps = {
  config: SignInConfig;
  /** The URL of the console for browsers, without a trailing slash. */
  publicUrl: string;
  keys: PayloadKeys;
  hasInbox: boolean;
  logger: Logger;
  now: () => number;
};

const LOCAL: Operator = { who: 'local', role: 'act' };

export type SignIn = {
  routes: Router;
  /** Refuses requests without a sign-in. */
  demandOperator: (req: Request, res: Response, next: NextFunction) => Promise<void>;
};

/** Who may see the console, and who may act in it. */
export function createSignIn({ config, publicUrl, keys, hasInbox, logger, now }: Deps): SignIn {
  const isSecure = publicUrl.startsWith('https:');
  const session = { name: SESSION, isSecure };
  const transaction = { name: TRANSACTION, isSecure };
  const sessions = createSealedTokens({ keys, purpose: `session ${fingerprint(config)}`, now });
  const isRight =
    config.kind === 'password' ? createPasswordCheck({ password: config.password, now }) : undefined;
  const oidc =
    config.kind === 'oidc'
      ? createOidc({
          config,
          redirectUri: `${publicUrl}/sign-in/callback`,
          transactions: createSealedTokens({ keys, purpose: 'sign-in', now }),
        })
      : undefined;

  async function operatorFrom(req: Request): Promise<Operator | undefined> {
    if (config.kind === 'none') return LOCAL;
    const token = readCookie(req, session);
    return token === undefined ? undefined : operatorSchema.safeParse(await sessions.open(token)).data;
  }

  async function welcome(res: Response, operator: Operator): Promise<void> {
    setCookie(res, { ...session, value: await sessions.seal(operator, SESSION_MS), maxAgeMs: SESSION_MS });
    logger.info({ who: operator.who, role: operator.role }, 'console.signed_in');
  }

  const routes = Router();

  routes.get('/api/session', async (req, res) => {
    const operator = await operatorFrom(req);
    res.json({ signIn: config.kind, operator: operator ?? null, hasInbox });
  });

  routes.post('/api/session', async (req, res) => {
    if (isRight === undefined) throw new ConsoleProblem(404, 'There is no password to sign in with.');
    const body = z.object({ password: z.string() }).safeParse(await readJsonBody(req));
    if (!body.success) throw new ConsoleProblem(400, 'Send {"password": "…"}.');
    if (!isRight(body.data.password)) {
      logger.warn({}, 'console.sign_in_refused');
      throw new ConsoleProblem(403, 'Wrong password.');
    }
    const operator: Operator = { who: 'password', role: 'act' };
    await welcome(res, operator);
    res.json({ signIn: config.kind, operator, hasInbox });
  });

  routes.delete('/api/session', (_req, res) => {
    clearCookie(res, session);
    res.status(204).end();
  });

  routes.get('/sign-in', async (_req, res) => {
    if (oidc === undefined) return res.redirect(303, '/');
    const begun = await oidc.begin();
    setCookie(res, { ...transaction, value: begun.transaction, maxAgeMs: OIDC_MS });
    res.redirect(303, begun.url);
  });

  routes.get('/sign-in/callback', async (req, res) => {
    if (oidc === undefined || config.kind !== 'oidc') return res.redirect(303, '/');
    const query = req.originalUrl.slice(req.originalUrl.indexOf('?'));
    const claims = await oidc.finish(query, readCookie(req, transaction));
    clearCookie(res, transaction);
    const operator = operatorOf(claims, config);
    if (operator === undefined) {
      logger.warn({ subject: claims.sub }, 'console.stranger_refused');
      throw new ConsoleProblem(
        403,
        'You are signed in, but may not use the console. Ask an administrator to add you to CONSOLE_OPERATORS or CONSOLE_VIEWERS.',
      );
    }
    await welcome(res, operator);
    res.redirect(303, '/');
  });

  return {
    routes,
    demandOperator: async (req, res, next) => {
      const operator = await operatorFrom(req);
      if (operator === undefined) throw new ConsoleProblem(401, 'Sign in first.');
      res.locals['operator'] = operator;
      next();
    },
  };
}

/** Refuses operators who may only view. */
export function demandAct(_req: Request, res: Signed, next: NextFunction): void {
  if (res.locals.operator.role !== 'act') {
    throw new ConsoleProblem(
      403,
      'You may view, but not change anything. Ask an administrator to add you to CONSOLE_OPERATORS.',
    );
  }
  next();
}

/** A change of password, issuer or lists ends all sessions. */
function fingerprint(config: SignInConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('base64url');
}
