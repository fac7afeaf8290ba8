import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect } from 'vitest';
import {
  type Auth0Management,
  CLIENT_SECRET,
  startAuth0Management,
} from './auth0-management/start-auth0-management.ts';
import type { StoredAction } from './auth0-management/stored-tenant.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { runGatewayCommand } from './gateway-command.ts';
import { AUDIENCE, SECRET } from './base-env.ts';

type Auth0Tenant = {
  gateway: Gateway;
  tenant: Auth0Management;
  folder: string;
  /** Runs `auth0 …` for this tenant, and checks that no secret is shown. */
  run: (
    args: string[],
    env?: Record<string, string>,
  ) => Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** The saved files, sorted by name. A name ends with the time. */
  snapshots: () => Promise<string[]>;
};

/** Secrets of the gateway, of the Auth0 application, and of a connection made by `twilioConnection`. */
const SECRETS = [SECRET, CLIENT_SECRET, 'twilio-token-in-clear', `AC${'0'.repeat(32)}`];

/** Starts a gateway for the test file, and a tenant and a folder for each of its tests. */
export function setUpAuth0Tenant(): Auth0Tenant {
  const at = {
    run: async (args: string[], env: Record<string, string> = {}) => {
      const result = await runGatewayCommand(['auth0', ...args], {
        AUTH0_SECRET: SECRET,
        AUTH0_AUDIENCE: AUDIENCE,
        PUBLIC_URL: at.gateway.ingress.url,
        GATEWAY_STATE_DIR: at.folder,
        ...at.tenant.env,
        ...env,
      });
      for (const secret of [...SECRETS, at.tenant.token])
        expect(result.stdout + result.stderr).not.toContain(secret);
      return result;
    },
    snapshots: async () =>
      (await readdir(join(at.folder, 'auth0')).catch(() => []))
        .toSorted((one, other) => one.localeCompare(other))
        .map((name) => join(at.folder, 'auth0', name)),
  } as Auth0Tenant;

  beforeAll(async () => {
    const gateway = await startGateway();
    Object.assign(at, { gateway });
    return () => gateway[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    const tenant = await startAuth0Management();
    const folder = await mkdtemp(join(tmpdir(), 'auth0-tenant-'));
    Object.assign(at, { tenant, folder });
    return async () => {
      await tenant[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    };
  });
  return at;
}

/** A deployed Action of somebody else. */
export function theirs(trigger: string, rest: Partial<StoredAction> = {}): StoredAction {
  return {
    id: 'act_theirs',
    name: 'Their provider',
    supported_triggers: [{ id: trigger, version: trigger === 'custom-phone-provider' ? 'v1' : 'v2' }],
    code: 'exports.onExecuteCustomPhoneProvider = async () => {};',
    runtime: 'node18',
    dependencies: [{ name: 'twilio', version: '5.0.0' }],
    secrets: [{ name: 'THEIR_KEY', value: 'x' }],
    status: 'built',
    updated_at: '2026-01-01T00:00:00.000Z',
    deployed_code: 'exports.onExecuteCustomPhoneProvider = async () => {};',
    ...rest,
  };
}
