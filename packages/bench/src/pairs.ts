import type { BenchContext } from './bench-context.ts';
import { createGatewayQueue, createPlainQueue, type FilledQueue } from './filled-queue.ts';
import {
  type Listening,
  startIngress,
  startPlainIngress,
  startPlainWorker,
  startProvider,
  startWorker,
  type stopAtEnd,
} from './services.ts';

/** An ingress and a worker that belong together, and the provider that the worker calls. */
export type Pair = {
  name: string;
  isOurs: boolean;
  ingress: Listening;
  worker: Listening;
  provider: Listening;
  queue: Pick<FilledQueue, 'untilIdle'>;
};

/** The gateway with every default rule on, and the plain version. */
export async function startPairs(
  context: BenchContext,
  programs: ReturnType<typeof stopAtEnd>,
): Promise<Pair[]> {
  const provider = await programs.add(startProvider(context));
  const { client } = context.redis;
  return [
    {
      name: 'gateway',
      isOurs: true,
      ingress: await programs.add(startIngress(context, 'on')),
      worker: await programs.add(startWorker(context, provider)),
      provider,
      queue: createGatewayQueue(client),
    },
    {
      name: 'plain',
      isOurs: false,
      ingress: await programs.add(startPlainIngress(context)),
      worker: await programs.add(startPlainWorker(context, provider)),
      provider,
      queue: createPlainQueue(client, 'sms'),
    },
  ];
}
