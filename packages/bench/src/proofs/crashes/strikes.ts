import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayProcesses, Service } from '../gateway-processes.ts';
import type { Disaster } from './disasters.ts';

/** Milliseconds, longer than a worker's lock: another takes what the frozen one has in hand. */
const FROZEN_MS = 8000;

/** Kills and freezes services: the longest-running one of each kind. */
export function serviceDisasters(gateway: GatewayProcesses): Disaster[] {
  const oldest = (service: Service) => {
    const found = gateway.running().find((one) => one.service === service);
    if (found === undefined) throw new Error(`no ${service} runs`);
    return found.program;
  };
  return (['ingress', 'worker'] as const).flatMap((service): Disaster[] => [
    {
      name: `${service} killed`,
      kind: 'kill',
      strike: async () => {
        await gateway.kill(oldest(service));
        await gateway.start(service);
      },
    },
    {
      name: `${service} frozen`,
      kind: 'freeze',
      strike: async () => {
        const { child } = oldest(service);
        child.kill('SIGSTOP');
        await delay(FROZEN_MS);
        child.kill('SIGCONT');
      },
    },
  ]);
}

/** The next of the disasters again and again, each once before one comes a second time, in an order that is drawn. */
export function* drawn(disasters: readonly Disaster[], random: () => number): Generator<Disaster, never> {
  for (;;) {
    const left = [...disasters];
    while (left.length > 0) yield* left.splice(Math.floor(random() * left.length), 1);
  }
}
