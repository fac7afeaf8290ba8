import { setTimeout as delay } from 'node:timers/promises';
import { messageNumber } from '../../auth0-requests.ts';
import type { GatewayProcesses } from '../gateway-processes.ts';
import { postCode } from '../post-code.ts';

const CLIENTS = 8;
/** Milliseconds between two posts of one client: a load that leaves a small machine time for everything else. */
const BETWEEN_POSTS_MS = 150;

/** A message that was answered 200. */
export type AcceptedCode = { id: string; to: string; text: string };

export type Clients = {
  accepted: readonly AcceptedCode[];
  /** Resolves with all that were answered 200. */
  stop(): Promise<readonly AcceptedCode[]>;
};

/** They post codes until they are stopped, each code to a recipient of its own. */
export function startClients(gateway: Pick<GatewayProcesses, 'url' | 'auth0'>): Clients {
  const accepted: AcceptedCode[] = [];
  const over = new AbortController();
  let number = 0;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!over.signal.aborted) {
      number += 1;
      const { recipient: to, text } = messageNumber(number);
      // While the ingress is away there is nobody to answer.
      const answer = await postCode(gateway.url, gateway.auth0, number).catch(() => undefined);
      if (answer?.status === 200 && answer.id !== undefined) accepted.push({ id: answer.id, to, text });
      await delay(BETWEEN_POSTS_MS);
    }
  });
  return {
    accepted,
    stop: async () => {
      over.abort();
      await Promise.all(clients);
      return accepted;
    },
  };
}
