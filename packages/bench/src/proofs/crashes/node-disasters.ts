import { setTimeout as delay } from 'node:timers/promises';
import { CAN_CUT_OFF, type RedisProcess } from '@sms-gateway/dev-redis';
import type { Disaster } from './disasters.ts';

/** Milliseconds that what does not end a primary's reign lasts. */
const A_WHILE_MS = 3000;

type Topology = {
  network: { cut(one: string, other: string): void; heal(): void };
  everybody: readonly RedisProcess[];
  /** The node that has the gateway's keys, as those name it who may promote another. Rejects while nobody answers. */
  primary: () => Promise<RedisProcess>;
  /** Others that may be struck, by what they are. */
  others: Record<string, () => Promise<RedisProcess | undefined>>;
  /** Asks for another primary. */
  failOver: () => Promise<unknown>;
};

/** What befalls the nodes of a topology: kills, freezes, cut-offs, and a planned failover. */
export function nodeDisasters({ network, everybody, primary, others, failOver }: Topology): Disaster[] {
  const untilReplaced = async (old: RedisProcess) => {
    while ((await primary().catch(() => old)) === old) await delay(50);
  };
  const cutOff = (one: RedisProcess) => {
    for (const other of everybody) if (other !== one) network.cut(one.name, other.name);
  };
  const onPrimary = (
    strike: (node: RedisProcess) => Promise<unknown>,
    disaster: Omit<Disaster, 'strike'>,
  ): Disaster => ({
    ...disaster,
    name: `primary ${disaster.name}`,
    strike: async () => strike(await persistently(primary)),
  });
  const promoting = (
    name: string,
    kind: Disaster['kind'],
    begin: (node: RedisProcess) => unknown,
    end?: (node: RedisProcess) => unknown,
  ) =>
    onPrimary(
      async (old) => {
        await begin(old);
        await untilReplaced(old);
        await end?.(old);
      },
      { name, kind, promotes: true },
    );
  const forAWhile = (
    who: string,
    [name, kind]: [string, Disaster['kind']],
    begin: (node: RedisProcess) => unknown,
    end: (node: RedisProcess) => unknown,
  ): Disaster => ({
    name: `${who} ${name}`,
    kind,
    strike: async () => {
      const node = await persistently(others[who] ?? primary);
      await begin(node);
      await delay(A_WHILE_MS);
      await end(node);
    },
  });
  return [
    promoting('replaced as planned', 'planned failover', failOver),
    promoting(
      'killed',
      'kill',
      (node) => node.kill(),
      (node) => node.restart(),
    ),
    promoting(
      'frozen',
      'freeze',
      (node) => node.freeze(),
      (node) => node.thaw(),
    ),
    onPrimary((node) => node.restart(), { name: 'killed and back at once', kind: 'kill' }),
    ...Object.keys(others).flatMap((who) => [
      forAWhile(
        who,
        ['killed', 'kill'],
        (node) => node.kill(),
        (node) => node.restart(),
      ),
      forAWhile(
        who,
        ['frozen', 'freeze'],
        (node) => node.freeze(),
        (node) => node.thaw(),
      ),
    ]),
    ...(CAN_CUT_OFF
      ? [
          promoting('cut off', 'cut-off', cutOff, async () => {
            await delay(A_WHILE_MS);
            network.heal();
          }),
          ...Object.keys(others).map((who) =>
            forAWhile(who, ['cut off', 'cut-off'], cutOff, () => network.heal()),
          ),
        ]
      : []),
  ];
}

/** On a busy machine, a node may not answer at once. */
async function persistently<Found>(find: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await find().catch(() => undefined);
    if (found !== undefined) return found;
    await delay(50);
  }
}

/** The disasters, each over only when everything is whole again. */
export function untilWhole(disasters: Disaster[], topology: { untilWhole(): Promise<void> }): Disaster[] {
  return disasters.map((disaster) => ({
    ...disaster,
    strike: async () => {
      await disaster.strike();
      await topology.untilWhole();
    },
  }));
}

/** From host:port, comma-separated. */
export function addressesOf(list: string): { host: string; port: number }[] {
  return list.split(',').map((address) => {
    const [host = '', port] = address.split(':');
    return { host, port: Number(port) };
  });
}
