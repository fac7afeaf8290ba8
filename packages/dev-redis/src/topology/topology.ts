import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisBinary } from '../fetch-debian-redis.ts';
import { freePort } from '../ports.ts';
import { type Keeper, startKeeper } from './keeper.ts';
import { createNetwork, type Host, type Network } from './network.ts';

export type TopologyOptions = {
  binary: RedisBinary;
  env: NodeJS.ProcessEnv;
  /** Directives of the data nodes, over the durable ones. */
  settings?: Record<string, string>;
  /** Where the folder of the topology is made. By default, where the system keeps temporary files. */
  parentDirectory?: string;
};

/** Where one server of a topology lives. */
export type Site = Host & {
  directory: string;
  /** Where it listens. */
  ownPort: number;
  /** Where the others find it. */
  port: number;
};

export type Ground = AsyncDisposable & {
  keeper: Keeper;
  network: Network;
  site(name: string): Promise<Site>;
};

/** Whether hosts can have addresses of their own, which cutting them off needs. */
export const CAN_CUT_OFF = process.platform === 'linux';

/** What the servers of one topology share: a folder, a network, and a keeper that lets none of them outlive us. */
export async function prepareGround({ parentDirectory = tmpdir() }: TopologyOptions): Promise<Ground> {
  const directory = await mkdtemp(join(parentDirectory, 'sms-gateway-topology-'));
  const keeper = startKeeper();
  const network = createNetwork();
  const block = `127.${10 + Math.floor(Math.random() * 240)}.${Math.floor(Math.random() * 256)}`;
  let count = 0;
  return {
    keeper,
    network,
    site: async (name) => {
      count += 1;
      const address = CAN_CUT_OFF ? `${block}.${count}` : '127.0.0.1';
      const home = join(directory, name);
      await mkdir(home, { mode: 0o700 });
      const ownPort = await freePort(address);
      const port = CAN_CUT_OFF ? await network.openDoor({ name, address }, ownPort) : ownPort;
      return { name, address, directory: home, ownPort, port };
    },
    async [Symbol.asyncDispose]() {
      keeper.stop();
      network.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

/** What every data node has: durable, and announced by the door through which the others reach it. */
export function nodeConfig(site: Site, settings: Record<string, string>): string {
  return configText({
    bind: site.address,
    'bind-source-addr': site.address,
    port: String(site.ownPort),
    'protected-mode': 'no',
    dir: JSON.stringify(site.directory),
    appendonly: 'yes',
    appendfsync: 'always',
    'no-appendfsync-on-rewrite': 'no',
    'maxmemory-policy': 'noeviction',
    save: '""',
    'repl-diskless-sync': 'yes',
    'repl-diskless-sync-delay': '0',
    ...settings,
  });
}

export function configText(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}
