import type { Provider } from '@sms-gateway/providers';
import type { ProviderFacts } from './decide.ts';

/** Milliseconds for which a provider is left alone that asked us to slow down and did not say for how long. */
const DEFAULT_PAUSE_MS = 1000;

export type Route = {
  /** The providers in failover order, with the time from which each may be called. */
  candidates(): ProviderFacts[];
  provider(name: string): Provider;
  /** Leaves a provider alone for `forMs` milliseconds. Pauses this provider only, never the queue. */
  pause(name: string, forMs: number | undefined): void;
};

export function createRoute({ providers, now }: { providers: Provider[]; now: () => number }): Route {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const pausedUntil = new Map<string, number>();

  return {
    candidates: () => providers.map(({ name }) => ({ name, availableAt: pausedUntil.get(name) ?? 0 })),
    provider: (name) => {
      const provider = byName.get(name);
      if (provider === undefined) throw new Error(`no provider named ${name}`);
      return provider;
    },
    pause: (name, forMs = DEFAULT_PAUSE_MS) => {
      pausedUntil.set(name, Math.max(pausedUntil.get(name) ?? 0, now() + forMs));
    },
  };
}
