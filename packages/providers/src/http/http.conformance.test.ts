import {
  describeConformance,
  ECHO,
  fault,
  NOW_MS,
  accepted,
  rejected,
  SECRET,
  transient,
} from '../../../../test/support/provider-conformance.ts';
import { createHttpProvider } from './http.ts';

describeConformance({
  name: 'http',
  create: (url) => createHttpProvider({ url: `${url}/sms`, token: SECRET, now: () => NOW_MS }),
  accepted: { status: 202, providerMessageId: 'p-1', body: (id) => JSON.stringify({ id }) },
  unreadableSuccess: accepted(),
  serverError: (status) => transient(`http_${status}`),
  documented: [
    ['400', { status: 400, body: JSON.stringify(ECHO) }, fault('http_400', false)],
    ['408', { status: 408 }, transient('http_408')],
    ['422', { status: 422, body: JSON.stringify(ECHO) }, rejected('http_422')],
    ['500 with Retry-After', { status: 500, headers: { 'retry-after': '2' } }, transient('http_500', 2_000)],
  ],
});
