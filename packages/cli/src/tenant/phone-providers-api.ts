import type { ManagementClient } from 'auth0';
import { createCall } from './management.ts';

export type PhoneProvider = {
  id: string;
  /** `custom` is the one that runs the Action. */
  name: string;
  isDisabled: boolean;
  deliveryMethods: string[];
  /** All of it. Credentials cannot be read. */
  configuration: Record<string, unknown>;
};

/** The calls of the Management API that concern the tenant's one phone provider. @throws {ManagementFailure} */
export type PhoneProvidersApi = {
  list(): Promise<PhoneProvider[]>;
  createCustom(): Promise<string>;
  /** Makes it the custom one, enabled, for texts, whatever it was. */
  makeCustom(id: string): Promise<void>;
  /** Makes it what it was, but for its credentials. */
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
/** The provider that hands each message to the Action. The Action sends texts, and drops what should be spoken. */
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

/** What a configuration says of the ways to deliver. */
export function methodsOf(configuration: object | null | undefined): string[] {
  const methods: unknown = new Map<string, unknown>(Object.entries(configuration ?? {})).get(
    'delivery_methods',
  );
  return Array.isArray(methods) ? methods.map(String) : [];
}

/** Whether it hands text messages, and nothing else, to the Action. */
export function isReady({ name, isDisabled, deliveryMethods }: PhoneProvider): boolean {
  return name === 'custom' && !isDisabled && deliveryMethods.join() === 'text';
}

/** For people, as in "twilio, disabled, text". */
export function describeProvider({ name, isDisabled, deliveryMethods }: PhoneProvider): string {
  return `${name}${isDisabled ? ', disabled' : ''}, ${deliveryMethods.join(' and ') || 'no method'}`;
}
