import type { Json, StoredTenant } from './stored-tenant.ts';

export type Answer = { status: number; body: Json };

/** An answer in the form of the API's errors. */
export class Refusal extends Error {
  readonly status: number;
  readonly details: Json;

  constructor(status: number, message: string, details: Json = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

export const notFound = () => new Refusal(404, 'Not Found');

export const hasScope = ({ state }: StoredTenant, ...anyOf: string[]) =>
  anyOf.some((scope) => state.scopes.includes(scope));

/** @throws {Refusal} 403 */
export function requireScope(tenant: StoredTenant, scope: string, shown = scope): void {
  if (hasScope(tenant, scope)) return;
  throw new Refusal(403, `Insufficient scope, expected any of: ${shown}`, {
    errorCode: 'insufficient_scope',
  });
}
