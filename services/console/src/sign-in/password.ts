import { createHash, timingSafeEqual } from 'node:crypto';
import { ConsoleProblem } from '../http/problem.ts';

/** How many wrong passwords are allowed per minute, for all callers together. */
const TRIES = 10;
const WINDOW_MS = 60_000;

/** Checks whether a password is the configured one. @throws {ConsoleProblem} 429 after ten wrong ones within a minute. */
export function createPasswordCheck({ password, now }: { password: string; now: () => number }) {
  const expected = digest(password);
  let wrongAt: number[] = [];

  return (given: string): boolean => {
    wrongAt = wrongAt.filter((at) => at > now() - WINDOW_MS);
    if (wrongAt.length >= TRIES) {
      throw new ConsoleProblem(429, 'Too many wrong passwords. Try again in a minute.', {
        'Retry-After': String(WINDOW_MS / 1000),
      });
    }
    const isRight = timingSafeEqual(digest(given), expected);
    if (!isRight) wrongAt.push(now());
    return isRight;
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
