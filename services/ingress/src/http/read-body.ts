import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './problem.ts';

/**
 * The bytes of a body of at most `limitBytes`. A larger one is refused as soon as its size is known.
 * @throws {HttpProblem} 400 or 413.
 */
export function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The connection was closed before anybody listened, so none of the events below would come.
    if (req.destroyed) {
      reject(incomplete());
      return;
    }
    if (Number(req.headers['content-length'] ?? 0) > limitBytes) {
      reject(tooLarge(limitBytes));
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limitBytes) reject(tooLarge(limitBytes));
      else chunks.push(chunk);
    });
    req.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    req.on('error', () => reject(incomplete()));
  });
}

function incomplete(): HttpProblem {
  return new HttpProblem(400, 'malformed_request', 'The body did not arrive completely.');
}

function tooLarge(limitBytes: number): HttpProblem {
  return new HttpProblem(413, 'too_large', `The body is larger than ${limitBytes / 1024} KiB.`);
}
