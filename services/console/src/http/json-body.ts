import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { ConsoleProblem } from './problem.ts';

const LIMIT_BYTES = 16 * 1024;

/** A JSON body of at most 16 KiB. @throws {ConsoleProblem} 400, 413 or 415. */
export async function readJsonBody(req: IncomingMessage): Promise<unknown> {
  // A form on another site can send other types without a CORS preflight (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) {
    throw new ConsoleProblem(415, 'Send application/json.');
  }
  if (Number(req.headers['content-length'] ?? LIMIT_BYTES + 1) > LIMIT_BYTES) {
    throw new ConsoleProblem(413, `Send at most ${LIMIT_BYTES / 1024} KiB, with a Content-Length.`);
  }
  try {
    return JSON.parse((await buffer(req)).toString('utf8'));
  } catch {
    throw new ConsoleProblem(400, 'The body is not JSON.');
  }
}
