import { type PhoneNumber, readPhoneNumber } from '@sms-gateway/contract';
import type { z } from 'zod';
import { HttpProblem } from './problem.ts';

/** @throws {HttpProblem} 400, naming every field that is wrong. */
export function parseBody<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidBody(parsed.error);
}

/** 400, with every field that is wrong. */
export function invalidBody({ issues }: z.ZodError): HttpProblem {
  // What else zod says about a value of the wrong type, such as the length of a list, means nothing.
  const mistyped = new Set(issues.filter(({ code }) => code === 'invalid_type').map(nameField));
  const telling = issues.filter((issue) => issue.code === 'invalid_type' || !mistyped.has(nameField(issue)));
  return new HttpProblem(400, 'invalid_request', `${[...new Set(telling.map(describe))].join('; ')}.`);
}

/** @throws {HttpProblem} 422 */
export function parseRecipient(
  recipient: string,
  { defaultCountry }: { defaultCountry: string | undefined },
): PhoneNumber {
  const { number, problem } = readPhoneNumber(recipient, defaultCountry);
  if (number !== undefined) return number;
  throw new HttpProblem(422, 'recipient_not_possible', problem);
}

/** Names the field and the rule only, since zod's own messages may repeat the input. */
function describe(issue: z.core.$ZodIssue): string {
  const field = nameField(issue);
  switch (issue.code) {
    case 'invalid_type':
      return `${field} is missing or of the wrong type`;
    case 'too_big':
      return `${field} is too long`;
    case 'too_small':
      return `${field} is empty`;
    default:
      return `${field} is malformed`;
  }
}

function nameField({ path }: z.core.$ZodIssue): string {
  return path.length === 0 ? 'The body' : `The field "${path.join('.')}"`;
}
