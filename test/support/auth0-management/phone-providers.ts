import { type Answer, notFound, Refusal, requireScope } from './answer.ts';
import type { Call, Json, StoredProvider, StoredTenant } from './stored-tenant.ts';

/** /branding/phone/providers, /branding/phone/providers/{id} and /branding/phone/providers/{id}/try */
export function answerPhoneProviders(
  tenant: StoredTenant,
  { method, body }: Call,
  [id, verb]: string[],
): Answer {
  const { actions, providers, tests } = tenant;
  const verbOfScope = method === 'GET' ? 'read' : method === 'PATCH' ? 'update' : 'create';
  // The API's own messages say phone_provider, its scopes phone_providers.
  requireScope(tenant, `${verbOfScope}:phone_providers`, `${verbOfScope}:phone_provider`);
  if (method === 'GET') return { status: 200, body: { providers: providers.map(shown) } };
  if (verb === 'try') {
    tests.push(body);
    return { status: 202, body: { code: 202, message: 'Phone provider test sent' } };
  }
  const hasAction = actions.some(
    ({ supported_triggers: [first], deployed_code }) =>
      first?.id === 'custom-phone-provider' && deployed_code !== undefined,
  );
  if (body['name'] === 'custom' && !hasAction) {
    throw new Refusal(400, 'No deployed action for the custom provider', {
      errorCode: 'custom_email_provider_deployed_action_not_found',
    });
  }
  if (method === 'PATCH') {
    const provider = providers.find((one) => one.id === id);
    if (provider === undefined) throw notFound();
    Object.assign(provider, body);
    return { status: 200, body: shown(provider) };
  }
  if (providers.length > 0) {
    throw new Refusal(409, 'Custom phone provider conflict', { errorCode: 'phone_provider_conflict' });
  }
  const created = {
    id: `pro_${providers.length + 1}`,
    disabled: false,
    configuration: {},
    credentials: {},
    ...body,
  } as StoredProvider;
  providers.push(created);
  return { status: 201, body: shown(created) };
}

const shown = ({ credentials: _credentials, ...provider }: StoredProvider): Json => ({
  ...provider,
  tenant: 'example',
  channel: 'phone',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
});
