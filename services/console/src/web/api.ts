export type Problem = { status: number; detail: string };

/** An answer that is not a success, with a message for people. */
export class ApiError extends Error {
  readonly status: number;

  constructor({ status, detail }: Problem) {
    super(detail);
    this.status = status;
  }
}

/** The message of a failed call, for people. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

// Sound as long as the console's API answers in the types of its own code.
// oxlint-disable typescript/no-unsafe-type-assertion

/** Calls the console's API. @throws {ApiError} for any answer but a success, and if the console cannot be reached. */
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

/** Listens to server-sent events, and reconnects automatically. Returns the function that stops. */
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
