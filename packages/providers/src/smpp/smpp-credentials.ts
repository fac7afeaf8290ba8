import type { CredentialsAnswer, CredentialsCheck } from '../credentials-check.ts';
import { type Opened, openSession } from './bind.ts';
import { bindFields } from './binds.ts';
import type { SmppConfig } from './smpp.ts';
import { ESME_RX_T_APPN } from './status.ts';

/** What is left for ESME_RBINDFAIL and ESME_RALYBND may be a limit of binds. */
const REFUSALS: ReadonlySet<string | undefined> = new Set(['ESME_RINVPASWD', 'ESME_RINVSYSID']);

/**
 * Binds and unbinds, at the first host that can be reached. It binds as a transmitter, so that no delivery receipt comes
 * to this session (SMPP 3.4 §2.2); only the worker can store one.
 */
export function smppCredentials(
  config: Pick<SmppConfig, 'hosts' | 'ca' | 'systemId' | 'password' | 'systemType' | 'dialect'>,
): CredentialsCheck {
  async function open(signal: AbortSignal): Promise<Opened> {
    let opened: Opened = { kind: 'failed', code: 'smpp_not_bound' };
    for (const address of config.hosts) {
      opened = await openSession(
        {
          ...address,
          ca: config.ca,
          command: 'bind_transmitter',
          fields: bindFields(config, config.dialect),
          windowSize: 1,
          connectTimeoutMs: 5_000,
          respondTimeoutMs: 5_000,
          enquireIntervalMs: 60_000,
          unbindTimeoutMs: 1_000,
          onDeliver: async () => ESME_RX_T_APPN,
        },
        signal,
      );
      if (opened.kind === 'bound' || opened.status !== undefined) break;
    }
    return opened;
  }

  return {
    proves: 'system ID and password',
    async ask(signal) {
      const opened = await open(signal);
      if (opened.kind === 'bound') {
        await opened.session.unbind();
        return answerOf('accepted', 'smpp_bound');
      }
      if (opened.status === undefined) return answerOf('unanswered', opened.code);
      return answerOf(REFUSALS.has(opened.status) ? 'refused' : 'not_allowed', opened.status);
    },
  };
}

function answerOf(kind: CredentialsAnswer['kind'], code: string): CredentialsAnswer {
  return { kind, code, serverTimeMs: undefined };
}
