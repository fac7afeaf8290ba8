/** The outcome of a message. Every accepted message reaches exactly one. */
export const OUTCOMES = ['sent', 'failed', 'expired', 'superseded'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * The result of one attempt at one provider.
 *
 * - `accepted`: the provider took the message.
 * - `rejected`: no provider can reach this recipient (not a mobile, opted out).
 * - `provider_fault`: this provider does not carry it (account, sender, route), but another one may.
 * - `throttled`: the provider asked us to slow down. It was certainly not sent.
 * - `transient`: it was certainly not sent, for a reason that may pass.
 * - `unknown`: it may have been sent. Never treat it as a plain failure.
 */
export const ATTEMPT_RESULTS = [
  'accepted',
  'rejected',
  'provider_fault',
  'throttled',
  'transient',
  'unknown',
] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];
