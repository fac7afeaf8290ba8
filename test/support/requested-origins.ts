import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Makes a call, aborts it before it connects, and returns its result and the origins of its requests with undici. */
export async function requestedOrigins<Result>(call: (signal: AbortSignal) => Promise<Result>) {
  const controller = new AbortController();
  const origins: string[] = [];
  const onCreate = (message: unknown) => {
    const { request } = message as { request: { origin: unknown } };
    origins.push(String(request.origin));
    controller.abort();
  };
  subscribe('undici:request:create', onCreate);
  try {
    return { result: await call(controller.signal), origins };
  } finally {
    unsubscribe('undici:request:create', onCreate);
  }
}
