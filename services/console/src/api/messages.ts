import { readPhoneNumber } from '@sms-gateway/contract';
import type { Question, Why } from '@sms-gateway/reporting';
import { Router } from 'express';
import { z } from 'zod';
import { readJsonBody } from '../http/json-body.ts';
import { ConsoleProblem } from '../http/problem.ts';

const questionSchema = z.union([
  z.object({ number: z.string().trim().min(1).max(64) }),
  z.object({ id: z.string().trim().min(1).max(64) }),
  z.object({ correlation_id: z.string().trim().min(1).max(200) }),
]);

/** Why did this code not arrive? The number is in the body, because URLs end up in logs. */
export function messageRoutes({ why }: { why: Why }): Router {
  const routes = Router();
  routes.post('/api/messages/search', async (req, res) => {
    const asked = questionSchema.safeParse(await readJsonBody(req));
    if (!asked.success) {
      throw new ConsoleProblem(400, 'Send {"number"}, {"id"} or {"correlation_id"}.');
    }
    res.json(await why(questionOf(asked.data)));
  });
  return routes;
}

function questionOf(asked: z.infer<typeof questionSchema>): Question {
  if ('id' in asked) return { id: asked.id };
  if ('correlation_id' in asked) return { correlationId: asked.correlation_id };
  const { number } = readPhoneNumber(asked.number, undefined);
  if (number !== undefined) return { number };
  if (!/\d/.test(asked.number)) {
    throw new ConsoleProblem(400, 'That is not a phone number. Write all of it, such as +14155550123.');
  }
  return { dialled: asked.number };
}
