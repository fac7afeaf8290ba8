import { z } from 'zod';

/** What the queue holds of one message: ids and times, never the text or the number. */
export const deliveryJobSchema = z.object({
  id: z.string().min(1),
  connection: z.string().min(1),
  /** Keyed hash of connection and recipient. */
  recipientKey: z.string().min(1),
  /** Milliseconds since the epoch. */
  acceptedAt: z.number().int(),
  /** Milliseconds since the epoch. From then on the code is not worth sending. */
  deadline: z.number().int(),
  /** For a message that was put back: the attempt whose receipt asked for it. */
  afterAttempt: z.number().int().optional(),
});

export type DeliveryJob = z.infer<typeof deliveryJobSchema>;
