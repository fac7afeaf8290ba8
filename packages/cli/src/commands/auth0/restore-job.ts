import type { createManagementClient } from '../../tenant/management.ts';
import type { CommandContext } from '../command.ts';
import type { TenantOptions } from './options.ts';

/** What the ways to restore have in common. */
export type RestoreJob = {
  client: ReturnType<typeof createManagementClient>;
  values: TenantOptions;
  context: CommandContext;
};
