/**
 * What a caller sends malformed, without costing anybody a code.
 *
 * - `unparsable_address`: `req.ip` holds no address, so no rule for addresses applies.
 * - `ignored_fields`: a field that only informs is of the wrong form.
 * - `unrendered_variable`: a variable of the template stands in the text.
 * - `no_code`: a text that is to carry a code has none.
 */
export const CALLER_FAULTS = [
  'unparsable_address',
  'ignored_fields',
  'unrendered_variable',
  'no_code',
] as const;
export type CallerFault = (typeof CALLER_FAULTS)[number];
