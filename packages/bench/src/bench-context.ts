import { randomBytes } from 'node:crypto';
import type { BundledService } from '@sms-gateway/bundle';
import type { Auth0, RequestSource } from './auth0-requests.ts';
import type { PrivateRedis } from './private-redis.ts';

/** What every benchmark gets. */
export type BenchContext = {
  redis: PrivateRedis;
  /** For files of the measured programs; removed at the end. */
  directory: string;
  requests: RequestSource;
  /** Gives the program of a service as the images have it. Without it the compiled one runs. */
  bundled?: (service: BundledService) => Promise<string>;
  /** Fewer and shorter rounds. */
  isQuick: boolean;
  /** Where the CPU profiles of our own services go. Without it none are made. */
  profileDirectory: string | undefined;
  /** Whether the benchmark may begin another round. */
  hasTime: () => boolean;
  say: (line: string) => void;
};

export const auth0: Auth0 = { secret: randomBytes(32).toString('base64url'), audience: 'urn:bench-gateway' };
export const payloadKey = randomBytes(32);

/** Arguments for Node that profile the process until it exits, if the user asked for profiles. */
export function profileArguments({ profileDirectory }: BenchContext, name: string): string[] {
  return profileDirectory === undefined
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${name}.cpuprofile`];
}
