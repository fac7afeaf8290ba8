import type { CredentialsAnswer, CredentialsCheck } from '../credentials-check.ts';
import { connectSocket } from './connect.ts';
import { createSession } from './session.ts';
import type { SmppProviderOptions } from './smpp.ts';
import { statusCode } from './status.ts';

const ESME_RX_T_APPN = 0x64;
/** ESME_RINVPASWD, ESME_RINVSYSID: what is left for ESME_RBINDFAIL and ESME_RALYBND may be a limit of binds. */
const REFUSALS: ReadonlySet<number> = new Set([0x0e, 0x0f]);

type Options = Pick<
  SmppProviderOptions,
  'host' | 'port' | 'tls' | 'ca' | 'systemId' | 'password' | 'systemType'
>;

/**
 * Binds and unbinds. As transmitter, so that no delivery receipt is handed to this session (SMPP 3.4 §2.2): the
 * worker's is the one that can store it.
 */
export function smppCredentials({ systemId, password, systemType, ...address }: Options): CredentialsCheck {
  return {
    proves: 'system ID and password',
    async ask(signal) {
      const connected = await connectSocket({ ...address, connectTimeoutMs: 5_000 }, signal);
      if (connected.kind === 'failed') return answerOf('unanswered', connected.code);
      const session = createSession(connected.socket, {
        windowSize: 1,
        respondTimeoutMs: 5_000,
        enquireIntervalMs: 60_000,
        unbindTimeoutMs: 1_000,
        onDeliver: async () => ESME_RX_T_APPN,
      });
      const abort = () => session.end('client_closed');
      signal.addEventListener('abort', abort, { once: true });
      try {
        const outcome = await session.bind(
          { system_id: systemId, password, system_type: systemType, interface_version: 0x34 },
          'bind_transmitter',
        );
        if (outcome.kind !== 'answer') return answerOf('unanswered', outcome.code);
        if (outcome.status !== 0) {
          return answerOf(
            REFUSALS.has(outcome.status) ? 'refused' : 'not_allowed',
            statusCode(outcome.status),
          );
        }
        await session.unbind();
        return answerOf('accepted', 'smpp_bound');
      } finally {
        signal.removeEventListener('abort', abort);
        session.end('client_closed');
      }
    },
  };
}

function answerOf(kind: CredentialsAnswer['kind'], code: string): CredentialsAnswer {
  return { kind, code, serverTimeMs: undefined };
}
