import type { Trace } from '@sms-gateway/delivery';
import type { Call } from './caller.ts';
import type { Result } from './result.ts';

/** What is shown while messages are sent and followed, and at the end. */
export type Output = {
  answered: (call: Call) => void;
  /** Called with every reading of a trace, which may have a new step. */
  progressed: (trace: Trace) => void;
  concluded: (result: Result) => void;
  /** `durationMs` since the start of the first. */
  end: (results: readonly Result[], durationMs: number) => void;
};

export type OutputOptions = {
  write: (text: string) => void;
  url: string;
  /** Number of messages asked for. */
  count: number;
  isSignedWithDevSecret: boolean;
};
