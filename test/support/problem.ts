import { expect } from 'vitest';

/** Holds an error answer to RFC 9457 and to what it must never repeat. */
export function expectProblem(
  { contentType, body }: { contentType: string | null | undefined; body: string },
  status: number,
  secrets: string[],
): void {
  expect(contentType).toBe('application/problem+json');
  expect(JSON.parse(body)).toStrictEqual({
    type: expect.stringMatching(/^[a-z]+:\S+$/),
    title: expect.stringMatching(/\S/),
    status,
    detail: expect.stringMatching(/\S/),
  });
  for (const secret of secrets) expect(body).not.toContain(secret);
}
