/** How a message ended. Every accepted message reaches exactly one of these. */
export const OUTCOMES = ['sent', 'failed', 'expired', 'superseded'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * What one attempt at one provider came to.
 *
 * - `accepted`: the provider took the message.
 * - `rejected`: this recipient cannot get the message from anybody (not a mobile, opted out).
 * - `provider_fault`: this provider will not carry it (account, sender, route), another one may.
 * - `throttled`: the provider asked us to slow down; certainly not sent.
 * - `transient`: certainly not sent, for a reason that may pass.
 * - `unknown`: it may have been sent. Never to be treated as a plain failure.
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
