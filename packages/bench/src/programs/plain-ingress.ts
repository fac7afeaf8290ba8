/** The ingress as a tutorial would write it: `npm run bench` compares ours with it. */
import { Queue } from 'bullmq';
import express from 'express';
import { Redis } from 'ioredis';
import { jwtVerify } from 'jose';
import { z } from 'zod';

const secret = new TextEncoder().encode(process.env['AUTH0_SECRET']);
const audience = process.env['AUTH0_AUDIENCE'] ?? '';
const message = z.object({ recipient: z.string(), body: z.string(), sender: z.string().optional() });

const queue = new Queue('sms', {
  connection: new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null }),
});
const app = express();
app.use(express.json());

app.post('/v1/sms', async (req, res) => {
  try {
    const token = req.get('authorization')?.replace('Bearer ', '') ?? '';
    await jwtVerify(token, secret, { algorithms: ['HS256'], audience });
  } catch {
    res.status(401).json({ error: 'unauthenticated' });
    return;
  }
  const parsed = message.safeParse(req.body);
  if (!parsed.success) {
    res.status(400).json({ error: 'invalid request' });
    return;
  }
  const job = await queue.add('sms', parsed.data);
  res.json({ id: job.id });
});

app.listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.({ ready: true }));
