import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisBinary } from '../fetch-debian-redis.ts';
import { freePort, portOr } from '../ports.ts';
import { type Keeper, startKeeper } from './keeper.ts';
import { createNetwork, type Host, type Network } from './network.ts';

export type TopologyOptions = {
  binary: RedisBinary;
  env: NodeJS.ProcessEnv;
  /** Directives of the data nodes, in addition to the durable ones. */
  settings?: Record<string, string>;
  /** Where the folder of the topology is made. By default, where the system keeps temporary files. */
  parentDirectory?: string;
  /** Gives the host with this address a certificate. All traffic between hosts, and that of clients, is TLS then. */
  certify?: (address: string) => TlsFiles;
};

/** Contents, PEM: of the host, its key, and the authority that all hosts have in common. */
export type TlsFiles = { cert: string; key: string; authority: string };

/** The place of one server of a topology. */
export type Site = Host & {
  directory: string;
  /** Where it listens, without TLS in every case: for its own test. */
  ownPort: number;
  /** With TLS: what it needs for that. */
  tls: Record<string, string>;
  /** Where the others find it. */
  port: number;
};

export type Ground = AsyncDisposable & {
  keeper: Keeper;
  network: Network;
  site(name: string): Promise<Site>;
};

/** Whether hosts can have their own addresses, which cutting them off requires. */
export const CAN_CUT_OFF = process.platform === 'linux';

/** What the servers of one topology share: a folder, a network, and a keeper that ends them with this process. */
export async function prepareGround({
  parentDirectory = tmpdir(),
  certify,
}: TopologyOptions): Promise<Ground> {
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
      // Below the ports that the system gives to whoever asks for any: it is still there for a restart.
      const ownPort = await portOr(randomInt(10_000, 30_000), address);
      const tls =
        certify === undefined ? {} : await prepareTls(home, await freePort(address), certify(address));
      const served = Number(tls['tls-port'] ?? ownPort);
      const port = CAN_CUT_OFF ? await network.openDoor({ name, address }, served) : served;
      return { name, address, directory: home, ownPort, port, tls };
    },
    async [Symbol.asyncDispose]() {
      keeper.stop();
      network.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

/** Writes the certificates down, and resolves with the directives of a server that uses them. */
async function prepareTls(home: string, port: number, files: TlsFiles): Promise<Record<string, string>> {
  const path = (name: string) => join(home, `${name}.pem`);
  for (const name of ['cert', 'key', 'authority'] as const) {
    await writeFile(path(name), files[name], { mode: 0o600 });
  }
  return {
    'tls-port': String(port),
    'tls-cert-file': path('cert'),
    'tls-key-file': path('key'),
    'tls-ca-cert-file': path('authority'),
    'tls-auth-clients': 'no',
    'tls-replication': 'yes',
  };
}

/** The configuration of a data node: durable, and announced with the port through which the others reach it. */
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
    ...site.tls,
    ...settings,
  });
}

export function configText(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}
