import type { ProviderEvent } from '../provider.ts';
import type { BindEvent } from './bind.ts';
import type { ReceiverEvent } from './receiver.ts';

/** What happens at a bind, for log and metrics. Holds no secret and nothing of a message. */
export type SmppEvent =
  | BindEvent
  | ReceiverEvent
  /** An answer that came after its attempt had been given up for unknown; `late_answer_lost`: it was not stored. */
  | { event: 'late_answer' | 'late_answer_lost'; result: string }
  /** A response that belongs to no request of this session, by its command and status. */
  | { event: 'answer_unmatched'; command: string; status: string };

export function severityOf(event: SmppEvent): ProviderEvent['severity'] {
  switch (event.event) {
    case 'bind_failed':
      // The SMSC answered with a status: only a change of the account or of the settings helps.
      return event.status === undefined ? 'warn' : 'error';
    case 'session_ended':
      return event.code === 'client_closed' ? 'info' : 'warn';
    case 'receipt_unreadable':
    case 'receipt_refused':
    case 'late_answer_lost':
      return 'warn';
    case 'bound':
    case 'receipt_unmatched':
    case 'answer_unmatched':
    case 'no_receipt':
    case 'id_form_learnt':
    case 'late_answer':
      return 'info';
  }
}
