import type { Trace } from '@sms-gateway/delivery';
import type { Call } from './caller.ts';
import type { Result } from './result.ts';

/** What is shown while messages are on their way, and at the end. */
export type Output = {
  answered: (call: Call) => void;
  /** A step more may be known of a message. */
  progressed: (trace: Trace) => void;
  concluded: (result: Result) => void;
  /** `durationMs` since the first was begun. */
  end: (results: readonly Result[], durationMs: number) => void;
};

export type OutputOptions = {
  write: (text: string) => void;
  url: string;
  /** Of messages asked for. */
  count: number;
  isSignedWithDevSecret: boolean;
};
