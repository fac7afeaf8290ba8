/** Last line of a domain-bound code: `@example.com #123456` (https://wicg.github.io/sms-one-time-codes). */
const BOUND = /(?:^|\n)@\S+ #(?<code>[^\s%]+)/;
/** A prefix as Google writes it, `G-123456`; digits in one piece; digits in two or three groups, `123 456` or `12-34-56`. */
const CANDIDATE = /(?<![\w+.,/])(?:[A-Z]-)?(?:\d{4,10}|\d{2,4}(?:[ -]\d{2,4}){1,2})(?![\w/]|[.,]\d)/g;
/** Letters and digits mixed, in capitals, such as `7K3M9Q`. */
const MIXED = /(?<![\w-])(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{5,10}(?![\w-])/;
/** Where the code stands in most texts, in the languages that have such a word. */
const NEAR = /(?:code|pin|otp|passcode|password|código|codice|kod|код)\D{0,30}$/i;

/**
 * The one-time code in a text as a person would read it off, without spaces or dashes; undefined where there is none.
 * For people and tests that look at messages, never for a decision about one.
 */
export function findCode(text: string): string | undefined {
  const bound = BOUND.exec(text)?.groups?.['code'];
  if (bound !== undefined) return bound;
  const candidates = [...text.matchAll(CANDIDATE)];
  const chosen = candidates.find(({ index }) => NEAR.test(text.slice(0, index))) ?? candidates[0];
  return (chosen?.[0] ?? MIXED.exec(text)?.[0])?.replaceAll(/^[A-Z]-|[ -]/g, '');
}
