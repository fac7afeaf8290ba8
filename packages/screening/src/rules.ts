/** `record`: the message passes, and the refusal that would have happened is reported. */
export type RuleMode = 'enforce' | 'record';

/** At most `max` within any `windowMs`. */
export type Limit = {
  /** What it is called in metrics and configuration, such as `recipient_hour`. */
  rule: string;
  windowMs: number;
  max: number;
  mode: RuleMode;
  /** What a message counts for: itself, its segments, or its price in millionths. */
  counts: 'messages' | 'segments' | 'price';
  /** What it counts by, if each message has its own: `recipientIp` is number and address together. Others are shared. */
  by?: 'recipient' | 'recipientIp' | 'ip' | 'prefix';
};

/**
 * A rule that a message violates. `retryAfterMs` is the time until it no longer would, without other messages in between;
 * it is not computed for rules that only record.
 */
export type ReachedRule = { rule: string; mode: RuleMode; retryAfterMs: number };

/** What one message costs: its segments, and its price in millionths of the price table's currency. */
export type Spend = { segments: number; price: number };
