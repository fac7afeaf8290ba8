import type { ProviderProblem } from '../provider.ts';
import { type Bind, type BindOptions, type BindState, keepBound } from './bind.ts';
import type { Fields } from './body.ts';
import type { SmscAddress } from './connect.ts';
import type { SmppDialect } from './dialect.ts';
import type { BindCommand } from './pdu.ts';

export type Credentials = { systemId: string; password: string; systemType: string };

/** The sessions with one centre: one that sends, and the one that receives where that is another. */
export type Binds = {
  /** Of the session that sends. */
  state: () => BindState;
  firstAttempt: Promise<void>;
  /** What keeps messages from being sent, or receipts from coming; undefined if nothing does. */
  problem: () => ProviderProblem | undefined;
  close(): Promise<void>;
};

/** The binds of a mode, the one that sends first. */
export const BIND_COMMANDS: Readonly<
  Record<SmppDialect['bindMode'], readonly [BindCommand, ...BindCommand[]]>
> = {
  transceiver: ['bind_transceiver'],
  transmitter: ['bind_transmitter'],
  'transmitter+receiver': ['bind_transmitter', 'bind_receiver'],
};

type Hosts = { hosts: readonly SmscAddress[]; receiverHosts?: readonly SmscAddress[] };

/** Where to bind with this command, in order of preference. */
export function hostsFor(
  command: BindCommand,
  { hosts, receiverHosts = hosts }: Hosts,
): readonly SmscAddress[] {
  return command === 'bind_receiver' ? receiverHosts : hosts;
}

export function keepAllBound(
  dialect: SmppDialect,
  credentials: Credentials,
  options: Omit<BindOptions, 'command' | 'fields'> & Hosts,
): Binds {
  const fields = bindFields(credentials, dialect);
  const [sender, ...receivers] = BIND_COMMANDS[dialect.bindMode].map((command) => ({
    command,
    bind: keepBound({ ...options, hosts: hostsFor(command, options), command, fields }),
  }));
  if (sender === undefined) throw new Error('a bind mode without a session');
  const all = [sender, ...receivers];

  return {
    state: sender.bind.state,
    firstAttempt: sender.bind.firstAttempt,
    problem() {
      for (const { command, bind } of all) {
        const reason = reasonOf(command, bind);
        if (reason !== undefined) return { reason, stopsSending: bind === sender.bind };
      }
      return undefined;
    },
    async close() {
      await Promise.all(all.map(({ bind }) => bind.close()));
    },
  };
}

/** The fields of any of the three binds (SMPP 3.4 §4.1). */
export function bindFields({ systemId, password, systemType }: Credentials, dialect: SmppDialect): Fields {
  return {
    system_id: systemId,
    password,
    system_type: systemType,
    interface_version: dialect.interfaceVersion,
    addr_ton: dialect.bindAddress.ton,
    addr_npi: dialect.bindAddress.npi,
    address_range: dialect.bindAddress.range,
  };
}

function reasonOf(command: BindCommand, bind: Bind): string | undefined {
  const state = bind.state();
  if (state.kind === 'bound') return undefined;
  return state.status === undefined
    ? `${command}: ${state.code}`
    : `${command} is refused: ${state.status} (${state.code})`;
}
