import { expect, test } from 'vitest';
import { countsOf } from './counts.ts';
import { judgeProcesses, judgeTraffic, type Present } from './present.ts';

const NOW = 1_800_000_000_000;

/** Counts by event and labels, such as `attempt twilio US accepted`. */
const counts = (series: Record<string, number>) =>
  countsOf(Object.entries(series).map(([name, count]) => ({ [name.replaceAll(' ', '|')]: count })));

const present = ({
  lately = {},
  day = lately,
  ...rest
}: Partial<Omit<Present, 'lately' | 'day'>> & {
  lately?: Record<string, number>;
  day?: Record<string, number>;
} = {}): Present => ({
  processes: [],
  lastErrors: new Map(),
  ...rest,
  lately: counts(lately),
  day: counts(day),
});

const process = (rest: Partial<Present['processes'][number]> = {}) => ({
  service: 'worker',
  name: 'host:1',
  version: '1.0.0',
  startedAt: NOW - 60_000,
  seenAt: NOW,
  reasons: [],
  ...rest,
});

test.each<[string, Present['processes'], string, RegExp]>([
  ['nobody reports', [], 'warning', /no process reports/],
  [
    'all is fine',
    [process(), process({ service: 'ingress' })],
    'ok',
    /^workers: 1, ingress processes: 1, all version 1\.0\.0$/,
  ],
  ['versions differ', [process(), process({ version: '2.0.0' })], 'warning', /1\.0\.0, 2\.0\.0/],
  [
    'one is not ready',
    [process({ reasons: ['Redis cannot be reached'] })],
    'failed',
    /worker host:1 is not ready: Redis/,
  ],
  [
    'a reload failed',
    [process({ reloadFailedAt: NOW - 300_000 })],
    'failed',
    /could not reload its configuration 5 min ago/,
  ],
])('processes: %s', (_title, processes, status, finding) => {
  expect(judgeProcesses(present({ processes }), NOW)).toMatchObject([
    { status, finding: expect.stringMatching(finding) },
  ]);
});

const refused = { result: 'provider_fault', code: 'twilio_20003', at: NOW - 30_000 };

test.each<[string, Parameters<typeof present>[0], string, RegExp, RegExp]>([
  [
    'every attempt fails',
    { lately: { 'attempt twilio US provider_fault': 3 }, lastErrors: new Map([['twilio', refused]]) },
    'failed',
    /^every attempt at Twilio fails, 3 of 3; last: it does not accept the credentials \(20003\), 30 s ago$/,
    /credentials/,
  ],
  [
    'some attempts fail',
    { lately: { 'attempt twilio US accepted': 7, 'attempt twilio DE transient': 3 } },
    'warning',
    /^3 of 10 attempts at Twilio fail$/,
    /status page/,
  ],
  [
    'most numbers are refused',
    { lately: { 'attempt twilio US accepted': 2, 'attempt twilio US rejected': 8 } },
    'warning',
    /refuses 8 of 10 numbers/,
    /why NUMBER/,
  ],
  [
    'every token is refused',
    { lately: { 'refused unauthenticated default signature': 4 } },
    'failed',
    /^4 requests of connection default refused \(401\): their token is signed with another secret$/,
    /same secret/,
  ],
  [
    'one token is refused',
    { lately: { 'accepted US': 9, 'refused unauthenticated default claim_aud': 1 } },
    'warning',
    /1 request .* another audience/,
    /AUTH0_AUDIENCE/,
  ],
  [
    'codes expire',
    { lately: { 'outcome US expired': 2, 'outcome US sent': 2 } },
    'failed',
    /^2 of 4 codes expired/,
    /add workers/,
  ],
  [
    'receipts stopped',
    { lately: { 'attempt twilio US accepted': 6 }, day: { 'receipt twilio US delivered': 90 } },
    'warning',
    /^receipts of Twilio have stopped: none for 6 messages/,
    /PUBLIC_URL/,
  ],
  [
    'nothing arrives',
    { lately: { 'receipt twilio US delivered': 1, 'receipt twilio US undelivered': 9 } },
    'failed',
    /^9 of 10 messages of Twilio were not delivered$/,
    /not registered/,
  ],
  [
    'Redis was away',
    { lately: { 'refused queue_unavailable default none': 2 } },
    'warning',
    /^2 requests answered 503$/,
    /Redis/,
  ],
  [
    'limits refuse many',
    { lately: { 'accepted US': 5, 'refused limit_reached default none': 5 } },
    'warning',
    /^5 of 10 requests were refused by limits$/,
    /under-attack/,
  ],
])('traffic: %s', (_title, given, status, finding, advice) => {
  expect(judgeTraffic(present(given), NOW)).toMatchObject([
    { status, finding: expect.stringMatching(finding), advice: expect.stringMatching(advice) },
  ]);
});

test.each([
  [{}, 'no messages in the last 15 minutes'],
  [
    {
      'accepted US': 100,
      'outcome US sent': 100,
      'attempt twilio US accepted': 98,
      'attempt twilio US transient': 2,
      'receipt twilio US delivered': 97,
      'receipt twilio US undelivered': 3,
      'refused limit_reached default none': 3,
    },
    'in the last 15 minutes 100 accepted, 100 sent, 97 delivered',
  ],
])('traffic: %j is fine', (lately, finding) => {
  expect(judgeTraffic(present({ lately }), NOW)).toEqual([{ status: 'ok', finding, advice: undefined }]);
});
