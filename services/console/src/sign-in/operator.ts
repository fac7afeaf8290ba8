import { z } from 'zod';

/** `act` may block and unblock; `view` may only view. */
export type Role = 'view' | 'act';

/** Somebody who has signed in. */
export type Operator = {
  /** Written to the audit log. */
  who: string;
  role: Role;
};

export const operatorSchema = z.object({ who: z.string(), role: z.enum(['view', 'act']) });

type Claims = { sub: string; email?: unknown; email_verified?: unknown };

/**
 * The operator for the claims of the identity provider; undefined for somebody who is on no list. The lists contain
 * subjects, verified email addresses, their domains with a leading `@`, or `*`.
 */
export function operatorOf(
  { sub, email, email_verified: isVerified }: Claims,
  { operators, viewers }: { operators: readonly string[]; viewers: readonly string[] },
): Operator | undefined {
  const address = typeof email === 'string' && isVerified === true ? email.toLowerCase() : undefined;
  const names = [
    '*',
    sub,
    ...(address === undefined ? [] : [address, address.slice(address.lastIndexOf('@'))]),
  ];
  const isIn = (list: readonly string[]) =>
    list.some((entry) => names.includes(entry) || names.includes(entry.toLowerCase()));
  const who = address ?? sub;
  if (isIn(operators)) return { who, role: 'act' };
  return isIn(viewers) ? { who, role: 'view' } : undefined;
}
