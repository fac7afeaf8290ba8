import type { Provider, SendResult } from '@sms-gateway/providers';
import type { RateLimit } from '@sms-gateway/delivery';
import { createCircuit } from './circuit.ts';
import type { ProviderHealth } from './health.ts';
import { type CallVerdict, createSlidingWindow } from './window.ts';

/** Milliseconds of pause for a provider that asks us to slow down and does not say for how long. */
const DEFAULT_PAUSE_MS = 1_000;
const MAX_DEFAULT_PAUSE_MS = 30_000;
/** Milliseconds. A provider may ask for more, but it is tried again after this time. */
const MAX_PAUSE_MS = 300_000;
/** Milliseconds. A slower answer counts as a failure: half of what a call may take. */
const SLOW_MS = 5_000;

type Deps = {
  providers: Pick<Provider, 'name' | 'problem'>[];
  /** Messages per second, where a provider has a limit. */
  rateLimits: Partial<Record<string, number>>;
  rateLimit: RateLimit;
  now: () => number;
  random: () => number;
};

/** One process's view of its providers; docs/adr/0008 says why it is not shared. */
export function createHealth({ providers, rateLimits, rateLimit, now, random }: Deps): ProviderHealth {
  const states = new Map(
    providers.map(({ name }) => {
      const window = createSlidingWindow({ now, random });
      const circuit = createCircuit({ window, now, random });
      return [name, { window, circuit, pausedUntil: 0, limitedUntil: 0, unexplainedThrottles: 0 }];
    }),
  );

  function stateOf(provider: string) {
    const state = states.get(provider);
    if (state === undefined) throw new Error(`no provider named ${provider}`);
    return state;
  }

  function pause(provider: string, forMs: number): void {
    const state = stateOf(provider);
    state.pausedUntil = Math.max(state.pausedUntil, now() + Math.min(forMs, MAX_PAUSE_MS));
  }

  function pauseIfAsked(provider: string, result: SendResult): void {
    const state = stateOf(provider);
    if (result.kind !== 'throttled') {
      state.unexplainedThrottles = 0;
      if (result.kind === 'transient' && result.retryAfterMs !== undefined)
        pause(provider, result.retryAfterMs);
      return;
    }
    if (result.retryAfterMs !== undefined) {
      pause(provider, result.retryAfterMs);
      return;
    }
    // Calls that were under way together lengthen the pause once, not several times.
    if (state.pausedUntil > now()) return;
    pause(provider, Math.min(DEFAULT_PAUSE_MS * 2 ** state.unexplainedThrottles, MAX_DEFAULT_PAUSE_MS));
    state.unexplainedThrottles += 1;
  }

  function availableAt(provider: string): number {
    const { circuit, pausedUntil, limitedUntil } = stateOf(provider);
    return Math.max(circuit.availableAt(), pausedUntil, limitedUntil);
  }

  return {
    availableAt,
    acquire: async (provider) => {
      if (availableAt(provider) > now()) return undefined;
      const state = stateOf(provider);
      const { circuit } = state;
      const circuitPermit = circuit.acquire();
      if (circuitPermit === undefined) return undefined;
      const perSecond = rateLimits[provider];
      if (perSecond === undefined) return { provider, circuitPermit };
      try {
        const permit = await rateLimit.take(provider, perSecond);
        if (permit.granted) return { provider, circuitPermit };
        // Not a pause, which would hide that the provider asked us to slow down.
        state.limitedUntil = now() + Math.max(1, permit.waitMs);
      } catch (error) {
        circuit.release(circuitPermit);
        throw error;
      }
      circuit.release(circuitPermit);
      return undefined;
    },
    report: ({ provider, circuitPermit }, result, durationMs) => {
      stateOf(provider).circuit.report(circuitPermit, verdictOf(result, durationMs), durationMs);
      pauseIfAsked(provider, result);
    },
    release: ({ provider, circuitPermit }) => stateOf(provider).circuit.release(circuitPermit),
    snapshot: () =>
      Object.fromEntries(
        providers.map((provider) => {
          const { name } = provider;
          const { window, circuit } = stateOf(name);
          const { calls, failed, faulted } = window.counts();
          const availableInMs = Math.max(0, availableAt(name) - now());
          const problem = provider.problem?.();
          return [
            name,
            {
              circuit: circuit.state(),
              isAvailable: availableInMs === 0 && problem?.stopsSending !== true,
              availableInMs,
              reason: problem?.reason,
              calls,
              failureRatio: calls === 0 ? 0 : (failed + faulted) / calls,
              latencyP50Ms: window.latencyMs(0.5),
              latencyP95Ms: window.latencyMs(0.95),
            },
          ];
        }),
      ),
    standstill: () => {
      const reasons = providers.flatMap((provider) => {
        const problem = provider.problem?.();
        return problem?.stopsSending === true ? [`${provider.name}: ${problem.reason}`] : [];
      });
      return reasons.length > 0 && reasons.length === providers.length ? reasons.join('; ') : undefined;
    },
  };
}

/** An unreachable recipient is not the provider's failure, and neither is a request to slow down. */
function verdictOf({ kind }: SendResult, durationMs: number): CallVerdict {
  if (kind === 'transient' || kind === 'unknown') return 'failed';
  if (kind === 'provider_fault') return 'faulted';
  return durationMs >= SLOW_MS ? 'failed' : 'fine';
}
