import { createProducer as createDurableProducer, QueueUnavailableError } from '@sms-gateway/delivery';

export * from '@sms-gateway/delivery';

/** Milliseconds between the answer and the write, as where a buffer in memory stands in front of the queue. */
const BUFFERED_MS = 50;

/** A producer with the fault that the proof of crashes has to find: it says that a message is accepted, and then writes it. */
export const createProducer: typeof createDurableProducer = (deps) => ({
  accept: async (message) => {
    const { ready, reasons } = deps.check.state();
    if (!ready) throw new QueueUnavailableError(reasons.join('; '));
    const id = deps.identity.newMessageId();
    const producer = createDurableProducer({
      ...deps,
      identity: { ...deps.identity, newMessageId: () => id },
    });
    setTimeout(() => void producer.accept(message).catch(() => undefined), BUFFERED_MS);
    return { kind: 'accepted', id, isRepeat: false, outcome: undefined, reached: [] };
  },
});
