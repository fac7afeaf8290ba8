import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

let ofProcess: Registry | undefined;

/**
 * Creates a registry with the metrics of the process and `gateway_process_info{service}`, which names the process without
 * a label on every other metric. Labels must come from closed sets: never a phone number, never free text. All registries
 * share the metrics of the process, because their timers never stop.
 */
export function createRegistry({ service }: { service: string }): Registry {
  if (ofProcess === undefined) collectDefaultMetrics({ register: (ofProcess = new Registry()) });
  const registry = Registry.merge([ofProcess]);
  new Gauge({
    name: 'gateway_process_info',
    help: 'Which service this process is; always 1.',
    labelNames: ['service'],
    registers: [registry],
  }).set({ service }, 1);
  return registry;
}
