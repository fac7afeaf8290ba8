/** `record`: the message goes on, and what would have been refused is told. */
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
};

/**
 * What stands in the way of a message. `retryAfterMs` is when it would not, if nothing else came meanwhile; nobody waits for
 * a rule that only records, and it is not computed for one.
 */
export type ReachedRule = { rule: string; mode: RuleMode; retryAfterMs: number };

/** What one message costs: its segments, and its price in millionths of the price table's currency. */
export type Spend = { segments: number; price: number };
