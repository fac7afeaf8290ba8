export type Message = { recipient: string; text: string; code: string };

type Options = {
  /** Used in turn. */
  numbers: [string, ...string[]];
  /** Number of messages, less than the number of possible codes. */
  count: number;
  /** With `{code}` where the code belongs. */
  template?: string | undefined;
  /** A whole number from 0 to `below - 1`. */
  randomInt: (below: number) => number;
};

const CODES = 1_000_000;

/** Messages with different codes: the same code to the same number would be a repeat, which is sent once. */
export function createMessages({
  numbers,
  count,
  template = 'Your verification code is: {code}',
  randomInt,
}: Options): Message[] {
  const codes = new Set<string>();
  while (codes.size < count) codes.add(String(randomInt(CODES)).padStart(6, '0'));
  return Array.from(codes, (code, index) => ({
    recipient: numbers[index % numbers.length] ?? numbers[0],
    text: template.replaceAll('{code}', code),
    code,
  }));
}
