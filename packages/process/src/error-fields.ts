/** What a log may say about an error. */
export type ErrorFields = {
  name: string;
  errorCode?: string | number;
  message: string;
  /** The first frames, innermost first. */
  stack?: string[];
};

const MAX_MESSAGE_LENGTH = 300;
const MAX_FRAMES = 8;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/**
 * Removes from a text what may be a phone number, a code, a credential or a token: runs of four or more digits (also
 * with the usual separators between them), the user part of URLs, bearer tokens and long opaque words. IPv4 addresses
 * stay.
 */
export function scrub(text: string): string {
  return text
    .slice(0, MAX_MESSAGE_LENGTH * 4)
    .replace(/\/\/[^\s/@]*@/g, '//[redacted]@')
    .replace(/\b(bearer|basic)\s+[^\s,;"']+/gi, '$1 [redacted]')
    .replace(/[\w-]{32,}/g, '[redacted]')
    .replace(/\d(?:[\s().-]*\d){3,}/g, (run) => (IPV4.test(run) ? run : '[digits]'))
    .slice(0, MAX_MESSAGE_LENGTH);
}

/**
 * The name, the code, the scrubbed message and the place of an error, and nothing else of it: the errors of provider
 * SDKs hold the request, with its credentials and the message's text.
 */
export function errorFields(error: unknown): ErrorFields {
  if (!(error instanceof Error)) return { name: typeof error, message: 'a value that is not an Error' };
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: isPlainWord(error.name) ? error.name : 'Error',
    ...(isPlainWord(code) || typeof code === 'number' ? { errorCode: code } : {}),
    message: scrub(firstLine(error.message)),
    ...framesOf(error),
  };
}

function isPlainWord(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z_]{0,63}\d{0,3}$/.test(value);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function framesOf(error: Error): { stack?: string[] } {
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at \S/.test(line))
    .slice(0, MAX_FRAMES);
  return frames.length === 0 ? {} : { stack: frames.map((line) => line.trim()) };
}
