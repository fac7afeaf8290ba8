import type { ServerResponse } from 'node:http';

export type Json = Record<string, unknown>;

export type Call = { method: string; path: string; query: string; body: Json };

/** Answers in place of the stand-in, and returns true if it did. */
type Intercept = (call: Call, response: ServerResponse) => boolean | Promise<boolean>;

/** A connection of strategy sms in the form in which the live API returns it. */
export type StoredConnection = {
  id: string;
  name: string;
  display_name?: string;
  strategy: string;
  options: Json;
  [field: string]: unknown;
};

export type StoredAction = {
  id: string;
  name: string;
  supported_triggers: { id: string; version: string }[];
  code: string;
  runtime: string;
  dependencies: { name: string; version: string }[];
  secrets: { name: string; value: string }[];
  status: string;
  updated_at: string;
  /** The code that runs, if the Action was deployed. */
  deployed_code?: string;
  /** What else the last deployment put in place. */
  deployed?: Pick<StoredAction, 'runtime' | 'dependencies' | 'secrets'> & { number: number };
  /** Saved since the last deployment, with other secrets or the same code. */
  is_changed?: boolean;
};

export type StoredProvider = {
  id: string;
  name: string;
  disabled: boolean;
  configuration: Json;
  credentials: Json;
};

/** What the stand-in stores of a tenant. Tests read it and change it. */
export type StoredTenant = {
  connections: StoredConnection[];
  actions: StoredAction[];
  providers: StoredProvider[];
  /** The ids of the Actions that are bound, by trigger. */
  bindings: Map<string, string[]>;
  /** The bodies of the requests for a test message. */
  tests: Json[];
  /** What is allowed, how much a page holds, and what answers in place of the stand-in. */
  state: { scopes: string[]; pageSize: number; intercept: Intercept | undefined };
};
