import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './problem.ts';
import { readBody } from './read-body.ts';

const BODY_LIMIT_BYTES = 16 * 1024;

/**
 * Reads a JSON body of at most 16 KiB. body-parser is not suitable: it answers a body that is too large only after all of
 * it has arrived, and replaces bytes that are not UTF-8 with U+FFFD, which would be sent as text.
 *
 * A missing Content-Type counts as JSON, and so does any +json, since Auth0 does not document its exact header.
 * @throws {HttpProblem} 400, 413 or 415.
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  refuseOtherMedia(req);
  const text = decode(await readBody(req, BODY_LIMIT_BYTES));
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would repeat the input.
    throw malformed('The body is not JSON.');
  }
}

const JSON_TYPE = /^\s*application\/(json|[\w.-]+\+json)\s*(;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;
const UTF8 = /^utf-?8$/i;

function refuseOtherMedia(req: IncomingMessage): void {
  const { 'content-type': type = 'application/json', 'content-encoding': encoding = 'identity' } =
    req.headers;
  if (!JSON_TYPE.test(type)) throw unsupported('Send the message as application/json.');
  const charset = CHARSET.exec(type)?.[1];
  if ((charset !== undefined && !UTF8.test(charset)) || encoding.toLowerCase() !== 'identity') {
    throw unsupported('Send the body uncompressed and in UTF-8.');
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}

function malformed(detail: string): HttpProblem {
  return new HttpProblem(400, 'malformed_request', detail);
}

function unsupported(detail: string): HttpProblem {
  return new HttpProblem(415, 'unsupported_media_type', detail);
}
