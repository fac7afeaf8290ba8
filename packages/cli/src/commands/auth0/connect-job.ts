import type { createManagementClient } from '../../tenant/management.ts';
import type { CommandContext } from '../command.ts';
import type { GatewayOptions, targetOf } from './options.ts';

/** The options of `auth0 connect`. */
export type ConnectOptions = GatewayOptions & {
  mfa?: boolean | undefined;
  test?: string | undefined;
  generateSecret?: string | undefined;
  skipCheck?: boolean | undefined;
  json?: boolean | undefined;
};

/** What both ways to connect need. */
export type ConnectJob = {
  client: ReturnType<typeof createManagementClient>;
  domain: string;
  target: Extract<Awaited<ReturnType<typeof targetOf>>, { kind: 'found' }>['target'];
  values: Omit<ConnectOptions, 'test'> & {
    /** In E.164. */
    test?: string | undefined;
  };
  context: CommandContext;
};
