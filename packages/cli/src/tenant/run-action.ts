import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { compileFunction } from 'node:vm';

/** The handlers of the Actions that send a code, by the name that Auth0 calls. */
export type ActionHandler = 'onExecuteCustomPhoneProvider' | 'onExecuteSendPhoneMessage';

export type CacheRecord = { value: string; expires_at: number };

/** What Auth0 keeps between two executions of one trigger. */
export type ActionCache = Map<string, CacheRecord>;

/** How one execution ended, as Auth0 sees it. */
export type ActionEnd =
  /** Auth0 treats the message as sent. */
  | { kind: 'returned' }
  /** Failed, logged, and not retried. */
  | { kind: 'dropped'; reason: string }
  /** Failed, and retried up to 5 times within the next minutes. */
  | { kind: 'retry'; reason: string }
  /** Documented for `send-phone-message` only: the sending failed. */
  | { kind: 'threw'; message: string }
  | { kind: 'timed_out'; timeoutMs: number };

export type ActionRun = {
  end: ActionEnd;
  /** What it wrote to the console, which Auth0 keeps for 10 days. */
  logged: string[];
  /** The answers to its HTTP requests, in order. Auth0 does not show them; they are for following a message. */
  answers: { status: number; body: string }[];
  durationMs: number;
};

/** For all handlers of a trigger together (https://auth0.com/docs/customize/actions/limitations). */
export const ACTION_TIMEOUT_MS = 20_000;
const MAX_REASON_LENGTH = 1024;
const MAX_CACHE_RECORDS = 20;
const MAX_CACHE_KEY_BYTES = 64;
const MAX_CACHE_VALUE_BYTES = 4096;
/** Documented as "8 kB", taken as 8000 bytes. Keys count too, because the documentation does not exclude them. */
const MAX_CACHE_BYTES = 8000;
const DEFAULT_CACHE_TTL_MS = 15 * 60_000;
/** How long to wait for the rest of an answer when the Action needed only its beginning. */
const REST_OF_BODY_MS = 1000;

type Recording = Pick<ActionRun, 'logged' | 'answers'>;
/** Bodies that are still being read. */
type Bodies = Promise<void>[];

type Options = {
  handler: ActionHandler | 'onExecutePostLogin';
  event: object;
  /** `hangs`: a cache that never answers. */
  cache?: ActionCache | 'hangs';
  now?: () => number;
  timeoutMs?: number;
};

export type LoadedAction = { run(options: Options): Promise<ActionRun> };

/**
 * Loads the file of an Action as Auth0 does: CommonJS, with only the built-in modules of Node. Auth0's test package
 * (`@auth0/actions`) is not on the public registry, so this repeats the documented limits and API
 * (https://auth0.com/docs/customize/actions/reference/custom-phone-provider). Each run is a fresh instance.
 * @throws {SyntaxError} if the code cannot be compiled.
 */
export async function loadAction(file: string): Promise<LoadedAction> {
  const code = await readFile(file, 'utf8');
  compile(code, file);
  return { run: (options) => run(code, file, options) };
}

async function run(
  code: string,
  file: string,
  { handler, event, cache = new Map(), now = Date.now, timeoutMs = ACTION_TIMEOUT_MS }: Options,
): Promise<ActionRun> {
  const startedAt = performance.now();
  const recording: Recording = { logged: [], answers: [] };
  const bodies: Bodies = [];
  let end: ActionEnd = { kind: 'returned' };
  const api = {
    cache: createCacheApi(cache, now),
    ...(handler === 'onExecuteCustomPhoneProvider' && {
      // "If several calls are made, only the last one is considered."
      notification: {
        drop: (reason: unknown) => void (end = { kind: 'dropped', reason: asReason(reason) }),
        retry: (reason: unknown) => void (end = { kind: 'retry', reason: asReason(reason) }),
      },
    }),
  };
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timed_out'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, 'timed_out');
  });
  try {
    const handle = instantiate(code, file, { ...recording, bodies })[handler];
    if (typeof handle !== 'function') throw new Error(`The file exports no ${handler}.`);
    // A copy, so that an Action cannot change the caller's event.
    const handled = Promise.resolve(Reflect.apply(handle, undefined, [structuredClone(event), api]));
    if ((await Promise.race([handled, timeout])) === 'timed_out') end = { kind: 'timed_out', timeoutMs };
  } catch (error) {
    end = { kind: 'threw', message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
  const durationMs = performance.now() - startedAt;
  const rest = new AbortController();
  await Promise.race([Promise.all(bodies), delay(REST_OF_BODY_MS, undefined, rest).catch(() => undefined)]);
  rest.abort();
  return { end, ...recording, durationMs };
}

function compile(code: string, file: string) {
  return compileFunction(code, ['exports', 'module', 'require', 'console', 'fetch'], { filename: file });
}

function instantiate(
  code: string,
  file: string,
  { logged, answers, bodies }: Recording & { bodies: Bodies },
): Record<string, unknown> {
  const module = { exports: {} as Record<string, unknown> };
  const requireAny = createRequire(file);
  const requireBuiltin = (name: string): unknown => {
    if (!/^(node:)?[a-z_/]+$/.test(name)) throw new Error(`${name} is not a built-in module of Node.`);
    return requireAny(name);
  };
  const log = (...values: unknown[]) => void logged.push(values.map(String).join(' '));
  const console = { log, info: log, warn: log, error: log, debug: log };
  const recordingFetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const answer = { status: response.status, body: '' };
    answers.push(answer);
    // Not awaited, because an Action gets the answer before its body has arrived.
    bodies.push(
      response
        .clone()
        .text()
        .then((text) => void (answer.body = text))
        .catch(() => undefined),
    );
    return response;
  };
  const injected = [module.exports, module, requireBuiltin, console, recordingFetch];
  Reflect.apply(compile(code, file), undefined, injected);
  return module.exports;
}

function asReason(reason: unknown): string {
  return String(reason).slice(0, MAX_REASON_LENGTH);
}

function createCacheApi(cache: ActionCache | 'hangs', now: () => number) {
  if (cache === 'hangs') {
    const hang = () => new Promise<never>(() => undefined);
    return { get: hang, set: hang, delete: hang };
  }
  const get = (key: string) => {
    const record = cache.get(key);
    return record !== undefined && record.expires_at > now() ? { ...record } : undefined;
  };
  return {
    get,
    set: (key: string, value: string, { ttl, expires_at }: { ttl?: number; expires_at?: number } = {}) => {
      const failed = (code: string) => ({ type: 'error', code });
      if (Buffer.byteLength(key) > MAX_CACHE_KEY_BYTES) return failed('CacheKeySizeExceeded');
      if (Buffer.byteLength(value) > MAX_CACHE_VALUE_BYTES) return failed('CacheValueSizeExceeded');
      if (!cache.has(key) && cache.size >= MAX_CACHE_RECORDS) return failed('CacheSizeExceeded');
      const others = [...cache].filter(([other]) => other !== key);
      const bytes = [[key, { value }] as const, ...others].map(([name, { value: text }]) =>
        Buffer.byteLength(name + text),
      );
      if (bytes.reduce((sum, one) => sum + one, 0) > MAX_CACHE_BYTES) return failed('CacheSizeExceeded');
      const record = { value, expires_at: expires_at ?? now() + (ttl ?? DEFAULT_CACHE_TTL_MS) };
      cache.set(key, record);
      return { type: 'success', record };
    },
    delete: (key: string) =>
      cache.delete(key) ? { type: 'success' } : { type: 'error', code: 'CacheKeyDoesNotExist' },
  };
}
