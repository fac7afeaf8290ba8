import { parseBlockedDestination } from '@sms-gateway/config';
import type { Logger } from '@sms-gateway/process';
import {
  blockRow,
  blockRows,
  type Blocks,
  configuredBlockProblem,
  parseBlockDuration,
  shownDestination,
} from '@sms-gateway/screening';
import { Router } from 'express';
import { z } from 'zod';
import { readJsonBody } from '../http/json-body.ts';
import { ConsoleProblem } from '../http/problem.ts';
import { demandAct, type Signed } from '../sign-in/sign-in.ts';

const REASON_LENGTH = 200;

const requestSchema = z.object({
  destination: z.string(),
  for: z.string().optional(),
  reason: z
    .string()
    .transform((text) => text.replaceAll(/\s+/g, ' ').trim())
    .pipe(z.string().min(1).max(REASON_LENGTH)),
});

/** In the query or in a body: clients send either with DELETE. */
const unblockSchema = z.object({ destination: z.string() }).catch({ destination: '' });

type Deps = {
  blocks: Blocks;
  /** Destinations that the configuration blocks. They cannot be unblocked here. */
  configured: () => Promise<string[]>;
  logger: Logger;
};

/** The kill switch: operators block destinations. Each change is logged with the operator who made it. */
export function blockRoutes({ blocks, configured, logger }: Deps): Router {
  const routes = Router();

  routes.get('/api/blocks', async (_req, res) => {
    const [names, list] = await Promise.all([configured(), blocks.list()]);
    res.json({ blocks: blockRows(names, list) });
  });

  routes.post('/api/blocks', demandAct, async (req, res: Signed) => {
    const body = requestSchema.safeParse(await readJsonBody(req));
    if (!body.success) {
      throw new ConsoleProblem(
        400,
        `Send {"destination", "reason", "for"?}; the reason is required and has at most ${REASON_LENGTH} characters.`,
      );
    }
    const { destination, reason, for: duration } = body.data;
    const name = parsed('destination', parseBlockedDestination(destination.trim()));
    const forMs = duration === undefined ? undefined : parsed('for', parseBlockDuration(duration));
    const block = await blocks.add({ name, forMs, reason });
    logger.info(
      { who: res.locals.operator.who, destination: name, until: block.until, reason },
      'console.blocked',
    );
    res.status(201).json(blockRow(block));
  });

  routes.delete('/api/blocks', demandAct, async (req, res: Signed) => {
    const { destination } = unblockSchema.parse(
      req.query['destination'] !== undefined || req.headers['content-type'] === undefined
        ? req.query
        : await readJsonBody(req),
    );
    const name = parsed('destination', parseBlockedDestination(destination.trim()));
    if ((await configured()).includes(name)) throw new ConsoleProblem(409, configuredBlockProblem(name));
    if (!(await blocks.remove(name)))
      throw new ConsoleProblem(404, `${shownDestination(name)} is not blocked.`);
    logger.info({ who: res.locals.operator.who, destination: name }, 'console.unblocked');
    res.status(204).end();
  });

  return routes;
}

function parsed<Value>(
  field: string,
  answer: { kind: 'parsed'; value: Value } | { kind: 'wrong'; problem: string },
): Value {
  if (answer.kind === 'parsed') return answer.value;
  throw new ConsoleProblem(400, `${field}: ${answer.problem}`);
}
