/**
 * Faults in callers' requests that do not stop the code.
 *
 * - `unparsable_address`: `req.ip` holds no address, so no rule for addresses applies.
 * - `ignored_fields`: an optional field is malformed.
 * - `unrendered_variable`: the text contains an unresolved variable of the template.
 * - `no_code`: a text that must contain a code has none.
 */
export const CALLER_FAULTS = [
  'unparsable_address',
  'ignored_fields',
  'unrendered_variable',
  'no_code',
] as const;
export type CallerFault = (typeof CALLER_FAULTS)[number];
