import { z } from 'zod';

/** Characters; the longest text that Twilio takes, and far more than a code needs. */
export const MAX_TEXT_LENGTH = 1600;

const shortText = (max: number) => z.string().max(max).nullish();
/** What only informs, and may come from the user's browser: no length of it is worth a code. */
const anyText = z.string().nullish();

/**
 * The body of a send request: what Auth0's SMS gateway call documents
 * (https://auth0.com/docs/connections/passwordless/sms-gateway), plus what the Actions add.
 */
export const smsRequestSchema = z.object({
  recipient: z.string().trim().min(1).max(64),
  body: z
    .string()
    .max(MAX_TEXT_LENGTH)
    .refine((text) => text.trim() !== '', { message: 'must not be blank' })
    // Half a character, which no provider could be sent.
    .refine((text) => !/\p{Surrogate}/u.test(text), { message: 'must be well-formed Unicode' }),
  sender: shortText(128),
  req: z.object({ ip: anyText, 'user-agent': anyText }).nullish(),
  code: anyText,
  locale: anyText,
  message_type: anyText,
  tenant: anyText,
  client_id: anyText,
  organization_id: anyText,
  correlation_id: anyText,
  /** When the message was first to be sent: a caller that tries again may come after a newer one. */
  requested_at: z.iso.datetime({ offset: true }).nullish(),
});

export type SmsRequest = z.infer<typeof smsRequestSchema>;

/**
 * The kind of a message that carries no code, such as `password_breach`; undefined for a code, as which everything
 * counts that does not say otherwise. A code replaces older codes, and a notice older ones of its kind, but neither the
 * other: a warning must not keep somebody from logging in. Kinds as in `event.notification.message_type`
 * (https://auth0.com/docs/customize/actions/reference/custom-phone-provider/custom-phone-provider-event-object).
 */
export function noticeKind({ code, message_type: type }: SmsRequest): string | undefined {
  if (code || !type || type.startsWith('otp_')) return undefined;
  return type;
}
