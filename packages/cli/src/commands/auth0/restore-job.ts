import type { createManagementClient } from '../../tenant/management.ts';
import type { CommandContext } from '../command.ts';
import type { TenantOptions } from './options.ts';

/** What both ways to restore need. */
export type RestoreJob = {
  client: ReturnType<typeof createManagementClient>;
  values: TenantOptions;
  context: CommandContext;
};
