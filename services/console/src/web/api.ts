export type Problem = { status: number; detail: string };

/** What the API refused, with a sentence for people. */
export class ApiError extends Error {
  readonly status: number;

  constructor({ status, detail }: Problem) {
    super(detail);
    this.status = status;
  }
}

// Sound as far as the console's API answers in the types that its own code has.
// oxlint-disable typescript/no-unsafe-type-assertion

/** Asks the console's API. @throws {ApiError} for every answer but a success, and where the console is away. */
export async function ask<Answer>(
  path: string,
  { method = 'GET', body }: { method?: string; body?: unknown } = {},
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
  } catch {
    throw new ApiError({ status: 0, detail: 'The console cannot be reached.' });
  }
  if (response.status === 204) return undefined as Answer;
  const answer = (await response.json().catch(() => ({}))) as { detail?: string };
  if (!response.ok) {
    throw new ApiError({ status: response.status, detail: answer.detail ?? response.statusText });
  }
  return answer as Answer;
}

/** Listens to server-sent events, and reconnects by itself. Returns what ends that. */
export function listenTo(
  path: string,
  events: Record<string, (data: never) => void>,
  onState: (isLive: boolean) => void,
): () => void {
  const source = new EventSource(path);
  source.addEventListener('open', () => onState(true));
  source.addEventListener('error', () => onState(false));
  for (const [name, handle] of Object.entries(events)) {
    source.addEventListener(name, (event) =>
      handle(JSON.parse((event as MessageEvent<string>).data) as never),
    );
  }
  return () => source.close();
}
