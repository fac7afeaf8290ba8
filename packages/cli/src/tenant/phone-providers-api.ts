import type { ManagementClient } from 'auth0';
import { createCall } from './management.ts';

export type PhoneProvider = {
  id: string;
  /** `custom` is the one that runs the Action. */
  name: string;
  isDisabled: boolean;
  deliveryMethods: string[];
  /** The whole configuration. Credentials cannot be read. */
  configuration: Record<string, unknown>;
};

/** The calls of the Management API for the tenant's only phone provider. @throws {ManagementFailure} */
export type PhoneProvidersApi = {
  list(): Promise<PhoneProvider[]>;
  createCustom(): Promise<string>;
  /** Turns any provider into the custom one, enabled, for text messages. */
  makeCustom(id: string): Promise<void>;
  /** Restores it, except for its credentials. */
  putBack(earlier: Pick<PhoneProvider, 'id' | 'name' | 'isDisabled' | 'configuration'>): Promise<void>;
  /** Has Auth0 send its test message to the number. */
  sendTest(id: string, to: string): Promise<void>;
};

export const PHONE_PROVIDER_SCOPES = [
  'read:phone_providers',
  'create:phone_providers',
  'update:phone_providers',
] as const;

const ONCE = { maxRetries: 0 };
/** The provider that passes each message to the Action, which sends text messages and drops voice messages. */
const CUSTOM = {
  name: 'custom' as const,
  disabled: false,
  configuration: { delivery_methods: ['text' as const] },
  credentials: {},
};

export function createPhoneProvidersApi(
  client: ManagementClient,
  { now }: { now: () => number },
): PhoneProvidersApi {
  const call = createCall({ scopes: PHONE_PROVIDER_SCOPES, now });
  const { providers } = client.branding.phone;
  return {
    list: () =>
      call('read the phone providers', async () => {
        const { providers: found = [] } = await providers.list();
        return found.map(({ id, name, disabled, configuration }) => ({
          id: id ?? '',
          name,
          isDisabled: disabled === true,
          deliveryMethods: methodsOf(configuration),
          configuration: Object.fromEntries(Object.entries(configuration ?? {})),
        }));
      }),
    createCustom: () =>
      call('create the phone provider', async () => {
        const created = await providers.create(CUSTOM, ONCE);
        return created.id ?? '';
      }),
    makeCustom: (id) =>
      call('change the phone provider', async () => {
        await providers.update(id, CUSTOM, ONCE);
      }),
    putBack: ({ id, name, isDisabled, configuration }) =>
      call('put back the phone provider', async () => {
        const earlier: object = { name, disabled: isDisabled, configuration };
        await providers.update(id, earlier, ONCE);
      }),
    sendTest: (id, to) =>
      call('send a test message', async () => {
        await providers.test(id, { to, delivery_method: 'text' }, ONCE);
      }),
  };
}

/** The delivery methods of a configuration. */
export function methodsOf(configuration: object | null | undefined): string[] {
  const methods: unknown = new Map<string, unknown>(Object.entries(configuration ?? {})).get(
    'delivery_methods',
  );
  return Array.isArray(methods) ? methods.map(String) : [];
}

/** Whether it passes text messages, and nothing else, to the Action. */
export function isReady({ name, isDisabled, deliveryMethods }: PhoneProvider): boolean {
  return name === 'custom' && !isDisabled && deliveryMethods.join() === 'text';
}

/** For people, as in "twilio, disabled, text". */
export function describeProvider({ name, isDisabled, deliveryMethods }: PhoneProvider): string {
  return `${name}${isDisabled ? ', disabled' : ''}, ${deliveryMethods.join(' and ') || 'no method'}`;
}
