import { Agent, request as nodeRequest } from 'node:http';
import { Pool } from 'undici';
import type { BenchContext } from '../bench-context.ts';
import { measureInRounds } from '../rounds.ts';
import { table } from '../report.ts';
import { ANSWER_AFTER_MS, startProvider } from '../services.ts';
import { measureCalls } from './measure-calls.ts';

const AT_ONCE = 100;
const PATH = '/messages';
const headers = { authorization: 'Bearer bench-token', 'content-type': 'application/json' };
const body = JSON.stringify({ id: 'msg_1', to: '+14155550123', body: 'Your verification code is 123456' });

/** What one call of a provider costs with each HTTP client that Node has to offer. */
export async function benchHttpClients(context: BenchContext): Promise<string> {
  const { isQuick } = context;
  const provider = await startProvider(context);
  const { port } = provider;
  const origin = `http://127.0.0.1:${port}`;
  const pool = new Pool(origin, { connections: AT_ONCE, pipelining: 1 });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  const clients: Record<string, () => Promise<unknown>> = {
    fetch: async () => (await fetch(origin + PATH, { method: 'POST', headers, body })).json(),
    'undici Pool': async () =>
      (await pool.request({ method: 'POST', path: PATH, headers, body })).body.json(),
    'node:http and Agent': () =>
      new Promise((resolve, reject) => {
        const options = { port, path: PATH, method: 'POST', agent };
        const length = { 'content-length': Buffer.byteLength(body) };
        nodeRequest({ ...options, headers: { ...headers, ...length } }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve(JSON.parse(text)));
        })
          .on('error', reject)
          .end(body);
      }),
  };
  const calls = isQuick ? 2000 : 6000;
  const sides = Object.entries(clients).map(([name, call]) => ({
    name,
    measure: () => measureCalls(call, { calls, atOnce: AT_ONCE }),
  }));
  try {
    const title = `One POST to a provider that answers after ${ANSWER_AFTER_MS} ms, ${AT_ONCE} at once`;
    const rounds = await measureInRounds(context, sides, { warmUp: 1, rounds: isQuick ? 3 : 7 });
    return table(title, rounds, 'fetch');
  } finally {
    agent.destroy();
    await pool.destroy();
    await provider.stop();
  }
}
