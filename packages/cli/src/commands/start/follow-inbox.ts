import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';

const messageSchema = z.object({
  to: z.string(),
  body: z.string(),
  code: z.string().nullable(),
  receivedAt: z.string(),
  arrived: z.boolean(),
  result: z.string(),
});

type Options = {
  /** Without a slash at the end. */
  consoleUrl: string;
  signal: AbortSignal;
  /** Gets a line for each message as it arrives in the development inbox. */
  show: (line: string) => void;
};

/** Follows the development inbox until the signal is aborted or the console ends. Resolves once it listens. */
export async function followInbox({ consoleUrl, signal, show }: Options): Promise<void> {
  const response = await fetch(`${consoleUrl}/api/inbox/events`, { signal });
  if (response.body === null || !response.ok) throw new Error(`the inbox answers ${response.status}`);
  const lines = createInterface({ input: Readable.fromWeb(response.body) });
  // The caller learns from the process that the console has ended.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    if (!line.startsWith('data: ')) return;
    show(inboxLine(messageSchema.parse(JSON.parse(line.slice('data: '.length)))));
  });
}

/** Such as `12:00:01  +14155550123  493817`. */
export function inboxLine({
  to,
  body,
  code,
  receivedAt,
  arrived,
  result,
}: z.infer<typeof messageSchema>): string {
  const time = new Date(receivedAt).toTimeString().slice(0, 8);
  const text = code ?? body.replaceAll(/\s+/g, ' ');
  return `${time}  ${to}  ${arrived ? text : `did not arrive: ${result}`}\n`;
}
