import type { CredentialsCheck } from './credentials-check.ts';
import type { Provider, ProviderEvent, SendResult } from './provider.ts';

/** Codes of answers that refuse the credentials, which prove that nothing was sent. */
const REFUSALS: ReadonlySet<string> = new Set(['http_401', 'twilio_20003']);

const PROOFS: ReadonlySet<SendResult['kind']> = new Set(['accepted', 'rejected', 'provider_fault']);

type CredentialsRefused = ProviderEvent & {
  /** Which of the configured credentials, from 1. */
  number: number;
  code: string;
};

/**
 * Sends with the first of an account's credentials that the vendor accepts: one provider for each of them, in order of
 * preference. If one is refused, the message is sent with the next at once, because a 401 means that nothing was
 * sent. Later messages start with the one that was accepted. So a rotation works in any order, and a wrong
 * new credential loses no code; the event and the provider's problem tell the operator to correct it.
 */
export function withSpareCredentials(
  providers: readonly [Provider, ...Provider[]],
  onEvent: (event: CredentialsRefused) => void,
): Provider {
  const [first] = providers;
  if (providers.length === 1) return first;
  const refused = new Map<number, string>();
  let preferred = 0;

  return {
    ...first,
    async send(request, signal) {
      const from = preferred;
      for (let tried = 1; ; tried++) {
        const position = (from + tried - 1) % providers.length;
        const result = await (providers[position] ?? first).send(request, signal);
        if (!isRefusal(result)) {
          // An answer about the message proves the credentials; no answer, or that of a busy vendor, does not.
          if (PROOFS.has(result.kind)) {
            preferred = position;
            refused.delete(position);
          }
          return result;
        }
        const { code } = result;
        if (!refused.has(position)) {
          onEvent({ event: 'credentials_refused', severity: 'error', number: position + 1, code });
        }
        refused.set(position, code);
        if (tried === providers.length) return result;
      }
    },
    problem() {
      const [position, code] = [...refused][0] ?? [];
      if (position === undefined) return first.problem?.();
      return {
        reason: `number ${position + 1} of ${providers.length} configured credentials is refused (${code})`,
        stopsSending: false,
      };
    },
    close: async () => void (await Promise.all(providers.map((provider) => provider.close()))),
  };
}

function isRefusal(result: SendResult): result is SendResult & { kind: 'provider_fault' } {
  return result.kind === 'provider_fault' && REFUSALS.has(result.code);
}

/** The checks of the credentials after the first, each with its place in the list: `auth token 2`. */
export function spareChecks(
  spares: readonly string[],
  checksOf: (spare: string) => CredentialsCheck[],
): CredentialsCheck[] {
  return spares.flatMap((spare, index) =>
    checksOf(spare).map((check) => ({ ...check, proves: `${check.proves} ${index + 2}` })),
  );
}
