import { httpUrl, token } from '@sms-gateway/config/fields';
import { defineProvider } from '../provider-descriptor.ts';
import { originOf, providerSettings, rateLimit } from '../provider-settings.ts';

const setting = providerSettings('http');

export const http = defineProvider({
  kind: 'http',
  envPrefix: 'HTTP_PROVIDER',
  settings: {
    url: setting({
      env: 'HTTP_PROVIDER_URL',
      schema: httpUrl,
      doc: 'Where the generic provider http posts its JSON',
    }),
    token: setting({
      env: 'HTTP_PROVIDER_TOKEN',
      schema: token,
      secret: true,
      doc: 'Bearer token of the provider http',
    }),
    rateLimit: rateLimit('http', 'HTTP_PROVIDER'),
  },
  configure({ url, token: bearer }, review) {
    review.require('url', 'the provider http needs the URL to post messages to');
    review.require('token', 'the provider http needs the bearer token it is called with');
    return url === undefined || bearer === undefined ? undefined : { url, token: bearer };
  },
  describe: ({ url }) => ({ origin: originOf(url), authentication: 'configured' }),
  operatorUrl: ({ url }) => url,
  async create(options, { connections }) {
    const { createHttpProvider } = await import('./http.ts');
    return createHttpProvider({ ...options, connections });
  },
  credentials: {
    unchecked: 'not checked: there is no call to an API of your own that is known to be harmless',
  },
});
