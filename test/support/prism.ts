import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { guardChild } from './guardian.ts';

const cli = createRequire(import.meta.url).resolve('@stoplight/prism-cli/dist/index.js');

/** Prism in a process of its own, answering as an OpenAPI description says and checking requests against it. */
export async function startPrism(descriptionPath: string): Promise<AsyncDisposable & { url: string }> {
  const child = guardChild(
    spawn(process.execPath, [cli, 'mock', '-h', '127.0.0.1', '-p', '0', descriptionPath], {
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const exited = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));

  let url: string | undefined;
  while (url === undefined) {
    await Promise.race([once(child.stdout, 'data'), exited]);
    url = /listening on (http:\S+)/.exec(output)?.[1];
    if (url === undefined && (child.exitCode !== null || child.signalCode !== null)) {
      throw new Error(`Prism did not start:\n${output}`);
    }
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}

type Exchange = {
  form: Record<string, string>;
  /** What of the request, in the words of Prism, is not as the description has it. */
  violations: string[];
};

/**
 * Stands before Prism to do what a client of the real API has no reason to: to ask for one of the described answers
 * (`prefer`, RFC 7240, as Prism reads it), and to note what Prism thinks of a request.
 */
export async function startPrismProxy(prismUrl: string) {
  const exchanges: Exchange[] = [];
  let prefer: string | undefined;

  const server = createServer((incoming, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const { authorization = '', 'content-type': contentType = '' } = incoming.headers;
      const answer = await fetch(`${prismUrl}${incoming.url ?? '/'}`, {
        method: incoming.method ?? 'GET',
        headers: { authorization, 'content-type': contentType, ...(prefer !== undefined && { prefer }) },
        body,
      });
      exchanges.push({
        form: Object.fromEntries(new URLSearchParams(body.toString())),
        violations: violationsIn(answer.headers.get('sl-violations')),
      });
      const passedOn = ['content-type', 'retry-after'].flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value]];
      });
      response.writeHead(answer.status, Object.fromEntries(passedOn));
      response.end(Buffer.from(await answer.arrayBuffer()));
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    /** Asks for this answer from now on, such as `code=400, example=unsubscribed`. */
    answerWith(preference: string): void {
      prefer = preference;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function violationsIn(header: string | null): string[] {
  const violations = JSON.parse(header ?? '[]') as { location: string[]; message: string }[];
  return violations.map(({ location, message }) => `${location.join('.')}: ${message}`);
}
