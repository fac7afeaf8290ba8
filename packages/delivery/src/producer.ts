import { gatewayKeys, maskPhoneNumber, type Outcome, type PhoneNumber } from '@sms-gateway/contract';
import { type Identity, jobBinding, type Vault } from '@sms-gateway/privacy';
import {
  createGroupCommit,
  type DurabilityCheck,
  hashFields,
  NotDurableError,
  type RedisClient,
} from '@sms-gateway/redis';
import { type ReachedRule, readVerdict, type Screening, type Verdict } from '@sms-gateway/screening';
import { type Acceptance, type AcceptAnswer, acceptMessages } from './accept-messages.ts';
import { historyHashes } from './history.ts';

/** Milliseconds for which a message with an Idempotency-Key is recognised. */
const IDEMPOTENCY_WINDOW_MS = 15 * 60 * 1000;
/** Of a message apart from its payload, roughly: keys, names and the trace. */
const MESSAGE_BYTES = 1000;
/** How far a caller's clock may be ahead: a code from the far future could never be replaced. */
const CLOCK_TOLERANCE_MS = 30_000;

/** The queue did not confirm that the message is durable. It may be stored anyway: answer anything but 200. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

export type AcceptedMessage = {
  kind: 'accepted';
  id: string;
  isRepeat: boolean;
  /** The outcome of the message that it repeats, if there is one. */
  outcome: Outcome | undefined;
  /** The rules that it violated and that only record. */
  reached: ReachedRule[];
};

/** Its Idempotency-Key was used with other content before. Nothing was stored or counted. */
export type ReusedKey = { kind: 'reused' };

/** Screening refused it. Nothing was stored or counted. */
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
    /** Kind of a message that carries no code, so it neither replaces codes nor is replaced by them. */
    notice: string | undefined;
    idempotencyKey: string | undefined;
    /** Milliseconds for which the same message without an Idempotency-Key counts as a repeat. */
    repeatWindowMs: number;
    /** Lifetime of the message in milliseconds, from when it was requested. */
    ttlMs: number;
    /**
     * When the message was first to be sent, in milliseconds since the epoch and by the caller's clock, if
     * known: of two messages that have it the later replaces the other, in whatever order they arrive. Otherwise the one
     * that arrives later does.
     */
    requestedAt: number | undefined;
    /** Id of the user's transaction at the caller, if known. */
    correlationId?: string | undefined;
    /** A repeat costs nothing, and is never refused. */
    screening: Screening;
    /** Rules about its destination that would have refused it; they are in its trace. */
    recordedDestination: readonly string[];
  }): Promise<AcceptedMessage | RefusedMessage | ReusedKey>;
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

/** Puts messages durably into the queue: one script writes everything that belongs to a message, or nothing. */
export function createProducer({ redis, check, vault, identity, now, screeningClock }: Deps): Producer {
  const group = createGroupCommit<Acceptance, AcceptAnswer>({
    run: (messages) =>
      check.confirm(() => acceptMessages(redis, messages, { now: screeningClock?.() }), {
        messages: messages.length,
        isWritten: (answers) => answers.some(([kind]) => kind === 'accepted' || kind === 'repeat'),
      }),
    // A second group that is not full would wait in Redis for the first, and hold only a message or two.
    maxItems: 32,
    fillsFirst: true,
  });

  return {
    accept: async (message) => {
      const { connection, recipient, text, sender, messageType, notice, idempotencyKey, ttlMs } = message;
      const { screening, correlationId } = message;
      const { ready, reasons } = check.state();
      if (!ready) throw new QueueUnavailableError(reasons.join('; '));

      const id = identity.newMessageId();
      const content = identity.repeatKey({ connection, recipient: recipient.e164, text });
      const recipientKeys = identity.recipientKeys(connection, recipient.e164, notice);
      const acceptedAt = now();
      const requestedAt =
        message.requestedAt && Math.min(message.requestedAt, acceptedAt + CLOCK_TOLERANCE_MS);
      const deadline = Math.min(requestedAt ?? acceptedAt, acceptedAt) + ttlMs;
      const job = { id, connection, recipientKey: recipientKeys[0], acceptedAt, deadline };
      const sealed = vault.seal(jobBinding(job), {
        to: recipient.e164,
        body: text,
        from: sender,
        messageType,
        country: recipient.country,
        callingCode: recipient.countryCallingCode,
      });
      try {
        const answer = await group.submit(
          {
            job,
            content,
            idempotencyKey:
              idempotencyKey === undefined ? undefined : identity.idempotencyKey(connection, idempotencyKey),
            repeatMs: idempotencyKey === undefined ? message.repeatWindowMs : IDEMPOTENCY_WINDOW_MS,
            screening,
            newest: recipientKeys.map(gatewayKeys.newest),
            sealed,
            vaultMs: Math.max(1, deadline - acceptedAt),
            // As long as any older message could still wait, even one with a longer life.
            newestMs: Math.max(ttlMs, MAX_MESSAGE_TTL_MS),
            requestedAt,
            correlationKeys: historyHashes(identity, { correlationId }),
            recipientHint: maskPhoneNumber(recipient),
            fields: hashFields({
              connection,
              country: recipient.country,
              retired_form: recipient.retiredForm,
              recorded_destination: message.recordedDestination.join(',') || undefined,
              ...screening.traceFields,
            }),
          },
          { source: connection, bytes: sealed.length + MESSAGE_BYTES },
        );
        if (answer[0] === 'failed') throw new Error(answer[1]);
        if (answer[0] === 'reused') return { kind: 'reused' };
        if (answer[0] === 'repeat') {
          const [, first, outcome] = answer;
          return { kind: 'accepted', id: first, isRepeat: true, outcome: outcome || undefined, reached: [] };
        }
        const verdict = readVerdict(screening, answer[1]);
        return verdict.kind === 'passed'
          ? { kind: 'accepted', id, isRepeat: false, outcome: undefined, reached: verdict.reached }
          : { ...verdict, id };
      } catch (error) {
        const why = error instanceof NotDurableError ? error.message : kindOf(error);
        throw new QueueUnavailableError(`Redis did not confirm the message (${why})`, { cause: error });
      }
    },
  };
}

/** Redis's own error code (such as OOM or READONLY), or what the client says; nothing of the command, which holds secrets. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? error.name;
}

/** The longest life that a message can be configured to have, in milliseconds. */
const MAX_MESSAGE_TTL_MS = 3600 * 1000;
