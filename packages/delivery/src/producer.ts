import {
  type DeliveryJob,
  gatewayKeys,
  maskPhoneNumber,
  type PhoneNumber,
  QUEUE_NAME,
} from '@sms-gateway/contract';
import { type Identity, jobBinding, type Vault } from '@sms-gateway/privacy';
import {
  type DurabilityCheck,
  evalScript,
  hashFields,
  loadScript,
  NotDurableError,
  type RedisClient,
} from '@sms-gateway/redis';
import {
  type ReachedRule,
  readVerdict,
  type Screening,
  type ScreeningAnswer,
  type ScreeningRequest,
  type Verdict,
} from '@sms-gateway/screening';
import { historyHashes, historyOf, type RefusedRequest } from './history.ts';
import { openQueue } from './queue.ts';
import { TRACE_TTL_MS } from './trace.ts';

/** Milliseconds for which the same message is recognised and answered with the same id. */
const REPEAT_WINDOW_MS = 15 * 60 * 1000;
/** Milliseconds after which a message that was written and not enqueued is given up: longer than `accept` takes. */
const RESUME_MS = 10_000;
/** How far a caller's clock may be ahead: a code from the far future could never be replaced. */
const CLOCK_TOLERANCE_MS = 30_000;

/** The queue did not confirm that it has the message durably. It may have it all the same: answer anything but 200. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

export type AcceptedMessage = {
  kind: 'accepted';
  id: string;
  isRepeat: boolean;
  /** The rules that it went against, and that only record. */
  reached: ReachedRule[];
};

/** Screening refused it. Nothing was stored, and nothing counted. */
export type RefusedMessage = Exclude<Verdict, { kind: 'passed' }> & { id: string };

export type Producer = {
  /**
   * Resolves once the message is as durable as `DURABILITY` promises; settles within 5 seconds.
   * @throws {QueueUnavailableError}
   */
  accept(message: {
    connection: string;
    recipient: PhoneNumber;
    text: string;
    sender: string | undefined;
    messageType: string | undefined;
    /** Kind of a message that is no code, and so neither replaces codes nor is replaced by them. */
    notice: string | undefined;
    idempotencyKey: string | undefined;
    /** Milliseconds, from when it was requested, that the message is worth sending. */
    ttlMs: number;
    /**
     * When the message was first to be sent, in milliseconds since the epoch and by the caller's clock, if the caller
     * tells: of two messages that have it the later replaces the other, in whatever order they arrive. Otherwise the one
     * that arrives later does.
     */
    requestedAt: number | undefined;
    /** Names the user's transaction at the caller, where it tells. */
    correlationId?: string | undefined;
    /** A repeat costs nothing, and is never refused. */
    screening: Screening;
    /** Rules about its destination that would have refused it; they are in its trace. */
    recordedDestination: readonly string[];
  }): Promise<AcceptedMessage | RefusedMessage>;
  close(): Promise<void>;
};

type Deps = {
  redis: RedisClient;
  check: Pick<DurabilityCheck, 'state' | 'confirm'>;
  vault: Vault;
  identity: Identity;
  now: () => number;
  /** Replaces Redis's own clock where messages are screened, for simulations. */
  screeningClock?: () => number;
};

/** The arguments of accept.lua. */
type Acceptance = {
  id: string;
  accepted_at: number;
  repeat_ms: number;
  resume_ms: number;
  newest: readonly string[];
  sealed: string;
  vault_ms: number;
  newest_ms: number;
  trace_ms: number;
  requested_at: number | undefined;
  screening: ScreeningRequest;
  history: ReturnType<typeof historyOf> & { refusal: RefusedRequest };
  fields: (string | number)[];
};

const ACCEPT = loadScript<{
  keys: 'repeat_key' | 'job' | 'deduplication' | 'vault' | 'trace' | 'blocks';
  args: Acceptance;
  answer:
    | [kind: 'repeat', first: string]
    | [kind: 'refused' | 'accepted', ScreeningAnswer]
    | [kind: 'resumed', ScreeningAnswer, id: string, acceptedAt: string, deadline: string];
}>(new URL('../src/accept.lua', import.meta.url));

/**
 * Puts messages durably into the queue. First the payload, trace and "newest" mark, then the job: an error between
 * the two leaves nothing that would be sent, and the caller, who gets an error, may safely try again.
 */
export function createProducer({ redis, check, vault, identity, now, screeningClock }: Deps): Producer {
  const queue = openQueue(redis);

  /** Resolves once it is as durable as `DURABILITY` promises, where there is anything to keep. */
  function store(...write: Parameters<typeof offerAndEnqueue>): Promise<AcceptedMessage | RefusedMessage> {
    return check.confirm(() => offerAndEnqueue(...write), { isWritten: ({ kind }) => kind === 'accepted' });
  }

  async function offerAndEnqueue(
    job: DeliveryJob,
    repeatKey: string,
    screening: Screening,
    written: Pick<
      Acceptance,
      'newest' | 'sealed' | 'vault_ms' | 'newest_ms' | 'requested_at' | 'history' | 'fields'
    >,
  ): Promise<AcceptedMessage | RefusedMessage> {
    const { id } = job;
    const answer = await evalScript(redis, ACCEPT, {
      keys: {
        repeat_key: gatewayKeys.repeat(repeatKey),
        job: gatewayKeys.job(id),
        deduplication: gatewayKeys.deduplication(id),
        vault: gatewayKeys.vault(id),
        trace: gatewayKeys.trace(id),
        blocks: gatewayKeys.blocks,
      },
      args: {
        ...written,
        id,
        accepted_at: job.acceptedAt,
        repeat_ms: REPEAT_WINDOW_MS,
        resume_ms: RESUME_MS,
        trace_ms: TRACE_TTL_MS,
        screening: { ...screening.request, now: screeningClock?.() },
      },
    });
    if (answer[0] === 'repeat') {
      const [, first] = answer;
      return { kind: 'accepted', id: first, isRepeat: true, reached: [] };
    }
    const verdict = readVerdict(screening, answer[1]);
    if (verdict.kind !== 'passed') return { ...verdict, id };
    const accepted = answer[0] === 'resumed' ? asFirst(job, answer) : job;
    await queue.add(QUEUE_NAME, accepted, {
      jobId: accepted.id,
      timestamp: accepted.acceptedAt,
      deduplication: { id: accepted.id, ttl: REPEAT_WINDOW_MS },
    });
    return { kind: 'accepted', id: accepted.id, isRepeat: false, reached: verdict.reached };
  }

  return {
    accept: async (message) => {
      const { connection, recipient, text, sender, messageType, notice, idempotencyKey, ttlMs } = message;
      const { screening, correlationId } = message;
      const { ready, reasons } = check.state();
      if (!ready) throw new QueueUnavailableError(reasons.join('; '));

      const id = identity.newMessageId();
      const repeatKey = identity.repeatKey({ connection, recipient: recipient.e164, text, idempotencyKey });
      const recipientKeys = identity.recipientKeys(connection, recipient.e164, notice);
      const acceptedAt = now();
      const requestedAt =
        message.requestedAt && Math.min(message.requestedAt, acceptedAt + CLOCK_TOLERANCE_MS);
      const deadline = Math.min(requestedAt ?? acceptedAt, acceptedAt) + ttlMs;
      const job = { id, connection, recipientKey: recipientKeys[0], acceptedAt, deadline };
      const sealed = await vault.seal(jobBinding(job), {
        to: recipient.e164,
        body: text,
        ...(sender !== undefined && { from: sender }),
        ...(messageType !== undefined && { messageType }),
      });
      try {
        return await store(job, repeatKey, screening, {
          newest: recipientKeys.map(gatewayKeys.newest),
          sealed,
          vault_ms: Math.max(1, deadline - acceptedAt),
          // As long as any older message could still wait, also one with a longer life.
          newest_ms: Math.max(ttlMs, MAX_MESSAGE_TTL_MS),
          requested_at: requestedAt,
          history: {
            ...historyOf(historyHashes(identity, { number: recipient.e164, correlationId })),
            refusal: { at: acceptedAt, connection, id },
          },
          fields: hashFields({
            connection,
            country: recipient.country,
            recipient_hint: maskPhoneNumber(recipient),
            retired_form: recipient.retiredForm,
            requested_at: requestedAt,
            accepted_at: acceptedAt,
            deadline,
            recorded_destination: message.recordedDestination.join(',') || undefined,
            ...screening.traceFields,
          }),
        });
      } catch (error) {
        const why = error instanceof NotDurableError ? error.message : kindOf(error);
        throw new QueueUnavailableError(`Redis did not confirm the message (${why})`, { cause: error });
      }
    },
    close: () => queue.close(),
  };
}

/** The job of the message that this one turned out to be. */
function asFirst(
  job: DeliveryJob,
  [, , id, acceptedAt, deadline]: [kind: 'resumed', ScreeningAnswer, string, string, string],
): DeliveryJob {
  return { ...job, id, acceptedAt: Number(acceptedAt), deadline: Number(deadline) };
}

/** Redis's own error code (such as OOM or READONLY), or what the client says; nothing of the command, which holds secrets. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? error.name;
}

/** The longest life that a message can be configured to have, in milliseconds. */
const MAX_MESSAGE_TTL_MS = 3600 * 1000;
