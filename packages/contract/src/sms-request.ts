import { z } from 'zod';

/** Characters; the longest text that Twilio takes, and far more than a code needs. */
export const MAX_TEXT_LENGTH = 1600;
/** Characters; the longest text that libphonenumber looks at. */
export const MAX_RECIPIENT_LENGTH = 250;
/** Characters; longer is no sender ID. */
const MAX_SENDER_LENGTH = 128;

/** What only informs, and may come from the user's browser: no length of it is worth a code. */
const anyText = z.string().nullish();

/** Half a character, which no provider could be sent. */
const SURROGATE = /\p{Surrogate}/u;

/**
 * Without what an indented template leaves around a text: white space before it, and blank lines behind it. The last
 * line stays byte for byte, for phones read that of a domain-bound code.
 */
function withoutBlankEnds(text: string): string {
  const started = text.trimStart();
  const lineEnd = started.indexOf('\n', started.trimEnd().length);
  return lineEnd === -1 ? started : started.slice(0, lineEnd).replace(/\r$/, '');
}

/**
 * The body of a send request: what Auth0's SMS gateway call documents
 * (https://auth0.com/docs/connections/passwordless/sms-gateway), plus what the Actions add.
 */
const smsRequestSchema = z.object({
  recipient: z.string().trim().min(1).max(MAX_RECIPIENT_LENGTH),
  body: z
    .string()
    .overwrite(withoutBlankEnds)
    .min(1)
    .max(MAX_TEXT_LENGTH)
    .refine((text) => !SURROGATE.test(text), { message: 'must be well-formed Unicode' }),
  sender: z
    .string()
    .trim()
    .max(MAX_SENDER_LENGTH)
    .nullish()
    .transform((text) => text || undefined),
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

/** The fields without which there is no message. Everything else informs, and never costs a code. */
const ESSENTIAL = new Set<PropertyKey | undefined>(['recipient', 'body', undefined]);

export type ReadSmsRequest =
  | {
      request: SmsRequest;
      /** Names of the informing fields that were malformed, such as `req.ip`: they count as not sent. */
      ignored: string[];
      error?: undefined;
    }
  | { request?: undefined; ignored?: undefined; error: z.ZodError };

/** Reads the body of a send request. The error is that of recipient and body alone. */
export function readSmsRequest(body: unknown): ReadSmsRequest {
  const parsed = smsRequestSchema.safeParse(body);
  if (parsed.success) return { request: parsed.data, ignored: [] };
  const { issues } = parsed.error;
  const essential = issues.filter(({ path }) => ESSENTIAL.has(path[0]));
  if (essential.length > 0) return { error: new z.ZodError(essential) };
  const paths = issues.map(({ path }) => path.map(String));
  const again = smsRequestSchema.safeParse(paths.reduce(withoutField, body));
  return again.success
    ? { request: again.data, ignored: [...new Set(paths.map((path) => path.join('.')))] }
    : { error: again.error };
}

/** A code that came as a number is still one: without it the message would pass for a notice. */
function withoutField(value: unknown, [field = '', ...rest]: string[]): unknown {
  const fields = z.record(z.string(), z.unknown()).parse(value);
  const own = fields[field];
  if (rest.length > 0) return { ...fields, [field]: withoutField(own, rest) };
  return { ...fields, [field]: field === 'code' && typeof own === 'number' ? String(own) : undefined };
}

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
