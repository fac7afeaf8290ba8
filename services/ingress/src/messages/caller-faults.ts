import {
  type CallerFault,
  countriesOf,
  gatewayKeys,
  isCountryAssumed,
  noticeKind,
  type PhoneNumber,
  type SmsRequest,
} from '@sms-gateway/contract';
import type { ConnectionConfig } from '@sms-gateway/config';
import type { Logger } from '@sms-gateway/process';
import type { RedisClient } from '@sms-gateway/redis';
import type { IngressMetrics } from '../metrics.ts';
import { templateFault } from './template-fault.ts';

/** Milliseconds for which a fault is remembered for the doctor. */
const REMEMBERED_MS = 7 * 24 * 3600 * 1000;
/** Milliseconds during which one process stores the same fault only once. */
const WRITE_INTERVAL_MS = 60_000;

/** Adds fields to the log line of a request. */
export type Note = (fields: Record<string, unknown>) => void;

/** Faults in callers' requests that do not stop the code: counted, logged, and remembered for the doctor. */
export type CallerFaults = {
  ignoredFields(connection: ConnectionConfig, fields: readonly string[], note: Note): void;
  unparsableAddress(connection: ConnectionConfig, note: Note): void;
  number(number: PhoneNumber, note: Note): void;
  text(connection: ConnectionConfig, request: SmsRequest): void;
};

type Deps = {
  redis: Pick<RedisClient, 'set'>;
  metrics: Pick<IngressMetrics, 'ignoredField' | 'unparsableAddress' | 'countryAssumed' | 'retiredForm'>;
  logger: Logger;
  now: () => number;
};

export function createCallerFaults({ redis, metrics, logger, now }: Deps): CallerFaults {
  const writtenAt = new Map<string, number>();
  /** Keyed by configuration, so that a reload warns again. */
  const warned = new WeakSet<ConnectionConfig>();

  function remember(fault: CallerFault, { name }: ConnectionConfig): void {
    const key = gatewayKeys.callerFault(fault, name);
    const at = now();
    if (at - (writtenAt.get(key) ?? 0) < WRITE_INTERVAL_MS) return;
    writtenAt.set(key, at);
    redis.set(key, at, 'PX', REMEMBERED_MS).catch((error: unknown) => {
      writtenAt.delete(key);
      logger.debug({ err: error }, 'caller_fault.not_remembered');
    });
  }

  return {
    ignoredFields: (connection, fields, note) => {
      if (fields.length === 0) return;
      for (const field of fields) metrics.ignoredField(connection.name, field);
      note({ ignoredFields: fields });
      remember('ignored_fields', connection);
    },
    unparsableAddress: (connection, note) => {
      metrics.unparsableAddress(connection.name);
      note({ isAddressUnparsable: true });
      remember('unparsable_address', connection);
    },
    number: (number, note) => {
      const { countryCallingCode, retiredForm } = number;
      if (isCountryAssumed(number)) {
        metrics.countryAssumed(countryCallingCode);
        note({ countryCallingCode, assumedCountry: countriesOf(number)[0] });
      }
      if (retiredForm === undefined) return;
      metrics.retiredForm(retiredForm);
      note({ retiredForm });
    },
    text: (connection, request) => {
      const fault = templateFault(request.body, {
        code: request.code,
        isCode: noticeKind(request) === undefined,
      });
      if (fault === undefined) return;
      remember(fault, connection);
      if (warned.has(connection)) return;
      warned.add(connection);
      logger.warn({ connection: connection.name, fault }, 'template.broken');
    },
  };
}
