import { Gauge, type Registry } from 'prom-client';
import type { ProviderHealth } from './health.ts';

const STATES = ['closed', 'open', 'half_open'] as const;

/** Shows the health of every provider as this process sees it. */
export function registerHealthMetrics({
  registry,
  health,
}: {
  registry: Registry;
  health: ProviderHealth;
}): void {
  const registers = [registry];
  // Registered first, so that it is collected first and the others have fresh values.
  const available = new Gauge({
    name: 'gateway_provider_available',
    help: '1 while the provider may be called, 0 while it is paused, at its rate limit, not connected or refused, or its circuit is open',
    labelNames: ['provider'],
    registers,
    collect() {
      latency.reset();
      for (const [provider, state] of Object.entries(health.snapshot())) {
        available.set({ provider }, state.isAvailable ? 1 : 0);
        failureRatio.set({ provider }, state.failureRatio);
        for (const name of STATES) circuit.set({ provider, state: name }, name === state.circuit ? 1 : 0);
        const { latencyP50Ms, latencyP95Ms } = state;
        if (latencyP50Ms !== undefined) latency.set({ provider, quantile: '0.5' }, latencyP50Ms / 1000);
        if (latencyP95Ms !== undefined) latency.set({ provider, quantile: '0.95' }, latencyP95Ms / 1000);
      }
    },
  });
  const circuit = new Gauge({
    name: 'gateway_provider_circuit',
    help: '1 for the state that the circuit breaker of the provider is in',
    labelNames: ['provider', 'state'],
    registers,
  });
  const failureRatio = new Gauge({
    name: 'gateway_provider_failure_ratio',
    help: 'Share of the calls of the last minute that failed or that the provider refused to carry',
    labelNames: ['provider'],
    registers,
  });
  const latency = new Gauge({
    name: 'gateway_provider_latency_seconds',
    help: 'How long calls of the last minute took, by quantile',
    labelNames: ['provider', 'quantile'],
    registers,
  });
}
