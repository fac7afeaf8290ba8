import type { PayloadKeys, RedisConfig } from '@sms-gateway/config';
import type { SignInConfig } from './sign-in/sign-in.ts';

export type ConsoleConfig = {
  host: string;
  port: number;
  redis: RedisConfig;
  payloadKeys: PayloadKeys;
  logLevel: string;
  shutdownTimeoutMs: number;
  signIn: SignInConfig;
  /** The console as browsers reach it, without a slash at the end; undefined where that is the address it listens on. */
  publicUrl: string | undefined;
  /** Whether the development inbox is served. */
  hasInbox: boolean;
  warnings: readonly string[];
};
