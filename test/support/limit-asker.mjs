import { stdin, stdout } from 'node:process';
import { Redis } from 'ioredis';

// Asks a limiter of Redis's own clock over and over, in turn with all other processes that do, until it was granted
// so much. Arguments: URL of Redis, script, key, window in milliseconds, how often to be granted.
// Says when it is ready, begins when its input ends, and prints the times at which it was granted.
const [, , url = '', script = '', key = '', windowMs = '', times = ''] = process.argv;
const redis = new Redis(url);
await redis.ping();
stdout.write('ready\n');
for await (const _ of stdin);

const granted = [];
let refused = 0;
while (granted.length < Number(times)) {
  const [wait, now] = await redis.eval(script, 1, key, windowMs);
  if (wait === 0) granted.push(now);
  else refused += 1;
}
stdout.write(`${JSON.stringify({ granted, refused })}\n`);
redis.disconnect();
