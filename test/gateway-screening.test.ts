import { gatewayKeys } from '@sms-gateway/contract';
import { describe, expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { writeConfig } from './support/config-file.ts';
import { createDisposal } from './support/disposal.ts';
import { runGatewayCommand } from './support/gateway-command.ts';
import { startGateway } from './support/gateway.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';

const PAYLOAD_KEYS = Buffer.alloc(32, 7).toString('base64url');
const IP = '203.0.113.7';

async function setup(rules = '') {
  const disposal = createDisposal();
  const file = disposal.use(
    await writeConfig(
      `${rules}\nconnections: { default: { secrets: ['${SECRET}'], audience: '${AUDIENCE}' } }\n`,
    ),
  );
  const env = { GATEWAY_CONFIG: file.path, AUTH0_SECRET: '', PAYLOAD_KEYS, PAYLOAD_ENCRYPTION: 'on' };
  const gateway = disposal.use(await startGateway({ env }));
  const command = (...args: string[]) =>
    runGatewayCommand(args, { ...env, REDIS_URL: gateway.redis.url, PROVIDERS: 'console' });
  const post = async (recipient: string) =>
    (await postSms(gateway.ingress.url, { body: { recipient, req: { ip: IP } } })).status;
  return { gateway, command, post, [Symbol.asyncDispose]: () => disposal.dispose() };
}

describe('block, unblock and blocks', () => {
  test('block a destination from the next message on, and unblock it', async () => {
    await using bundle = await setup();
    expect(await bundle.post('+8801712345678')).toBe(200);

    const blocked = await bundle.command('block', '+88', '--for', '6h', '--reason', 'pumping  since\nnoon');
    expect(blocked).toMatchObject({ code: 0, stderr: '' });
    expect(blocked.stdout).toMatch(/^\+88 is blocked until 20\d\d-.*Z \(Redis at 127\.0\.0\.1:\d+\)\.$/m);
    expect(blocked.stdout).toContain('npm run gateway -- unblock +88');
    expect(await bundle.post('+8801712345679')).toBe(403);
    expect(await bundle.post(freshNumber())).toBe(200);
    expect((await bundle.command('blocks')).stdout).toMatch(
      /\+88 +since \S+Z +until \S+Z +pumping since noon$/m,
    );

    expect((await bundle.command('unblock', '+88')).stdout).toContain('+88 is no longer blocked');
    expect(await bundle.post('+8801712345680')).toBe(200);
    expect((await bundle.command('blocks')).stdout).toContain('Nothing is blocked');
    expect(await bundle.command('unblock', '+88')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('+88 is not blocked'),
    });
  });

  test('accept a country and everything, without an end', async () => {
    await using bundle = await setup();
    expect((await bundle.command('block', 'bd')).stdout).toContain('BD is blocked until it is unblocked');
    expect(await bundle.post('+8801712345678')).toBe(403);
    expect(await bundle.post(freshNumber())).toBe(200);
    await bundle.command('block', 'all');
    expect(await bundle.post(freshNumber())).toBe(403);
    const { stdout } = await bundle.command('blocks', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { destination: 'BD', until: null, reason: '' },
      { destination: 'all', until: null },
    ]);
    expect((await bundle.command('unblock', '*')).code).toBe(0);
    expect(await bundle.post(freshNumber())).toBe(200);
  });

  test.each([
    [['block'], 'The destination is missing.'],
    [['block', '88'], 'That is not a destination: write +88'],
    [['block', '+14155550123'], 'Block at most 7 digits'],
    [['block', 'UK'], 'the code in use is GB'],
    [['block', '+88', '--for', '6'], '--for must be a duration with its unit'],
    [['block', '+88', '--for', '0h'], '--for must be a duration with its unit'],
    [['block', '+88', '+89'], 'Only one destination at a time'],
    [['unblock'], 'The destination is missing.'],
    [['blocks', '--x'], "Unknown option '--x'"],
  ])('%j is refused as wrong arguments', async (args, problem) => {
    const { code, stdout, stderr } = await runGatewayCommand(args, { REDIS_URL: 'redis://127.0.0.1:2' });
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toContain('Usage:');
  });

  test('work with a broken configuration file if REDIS_URL is set', async () => {
    await using bundle = await setup();
    await using broken = await writeConfig('connections: [');
    const env = { GATEWAY_CONFIG: broken.path, REDIS_URL: bundle.gateway.redis.url };
    const { code, stdout } = await runGatewayCommand(['block', '+88'], env);
    expect(code).toBe(0);
    expect(stdout).toContain('from REDIS_URL: GATEWAY_CONFIG cannot be used');
    expect(await bundle.post('+8801712345679')).toBe(403);

    const { REDIS_URL: _, ...alone } = env;
    expect(await runGatewayCommand(['block', '+88'], alone)).toMatchObject({ code: 78, stdout: '' });
  });

  test('name a Redis that is down, without its password', async () => {
    const { code, stdout, stderr } = await runGatewayCommand(['block', '+88'], {
      REDIS_URL: 'redis://user:secretword@127.0.0.1:2',
    });
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
    expect(stderr).toContain('Redis at 127.0.0.1:2 cannot be used (ECONNREFUSED)');
    expect(stderr).not.toContain('secretword');
  });
});

describe('explain', () => {
  test('shows the state of every rule for a number, its refusals, and the answer to a code', async () => {
    await using bundle = await setup(
      'limits: { recipient: { hour: 2 } }\nguard: { mode: enforce, country: { day: 50, hour: 40 } }',
    );
    const number = '+4915112345678';
    const explain = (...more: string[]) => bundle.command('explain', number, '--ip', IP, ...more);
    const before = await explain();
    expect(before).toMatchObject({ code: 0, stderr: '' });
    expect(before.stdout).toMatch(/recipient_hour +0 of 2$/m);
    expect(before.stdout).toContain('A code now would be accepted: 200.');

    expect([await bundle.post(number), await bundle.post(number), await bundle.post(number)]).toEqual([
      200, 200, 429,
    ]);
    const keys = await bundle.gateway.client.keys('*');
    const { stdout } = await explain();
    expect(stdout).toContain('+49…78: DE, mobile; connection default; SCREENING=on');
    expect(stdout).toMatch(/recipient_hour +2 of 2 +refuses, room in 3\d{3} s$/m);
    expect(stdout).toMatch(/ip_hour +2 of 600$/m);
    expect(stdout).toMatch(/spend_overall_segments +2 of 200000$/m);
    expect(stdout).toMatch(/guard_country_day +2 of 50$/m);
    expect(stdout).toMatch(/guard_ip_hour +2 of 5$/m);
    expect(stdout).toContain('delivery receipts count instead');
    expect(stdout).toMatch(/\d\dZ +msg_\S+ +recipient_hour$/m);
    expect(stdout).toContain('A code now would be refused: 429 (recipient_hour).');
    expect(stdout).not.toContain(number);
    expect(stdout).not.toContain(IP);
    // It writes nothing.
    expect((await bundle.gateway.client.keys('*')).toSorted()).toEqual(keys.toSorted());

    const json: unknown = JSON.parse((await explain('--json')).stdout);
    expect(json).toMatchObject({
      number: { shown: '+49…78', country: 'DE', type: 'mobile' },
      destination: [],
      rules: expect.arrayContaining([expect.objectContaining({ rule: 'recipient_hour', sum: 2, max: 2 })]),
      refusals: [{ rules: ['recipient_hour'] }],
    });
  });

  test('shows denied and blocked destinations, money, and who reports used codes', async () => {
    await using bundle = await setup(
      'deniedCountries: [BD]\nprices: { BD: 0.25, default: 1 }\nspend: { price: 100 }\nscreening: record\nlimits: { prefix: { hour: 1 } }',
    );
    await bundle.post('+8801712345678');
    await bundle.gateway.client.set(gatewayKeys.tellsVerified('default'), '1');
    const { stdout } = await bundle.command('explain', '+8801712345679');
    expect(stdout).toMatch(/denied_country +its country is in deniedCountries/);
    expect(stdout).toMatch(/spend_overall_price +0\.25 of 100\.00 +records only/);
    expect(stdout).toMatch(/prefix_hour +1 of 1 +would refuse \(records only\), room in 3\d{3} s/);
    expect(stdout).toContain('the application reports which ones were');
    expect(stdout).not.toMatch(/ip_hour/);
    expect(stdout).toContain('A code now would be accepted: 200.');
    await bundle.command('block', 'BD', '--reason', 'abuse');
    const blocked = await bundle.command('explain', '+8801712345679');
    expect(blocked.stdout).toMatch(/blocked +BD until unblocked abuse/);
    expect(blocked.stdout).toContain('A code now would be refused: 403 (blocked).');
  });

  test('reports problems', async () => {
    await using bundle = await setup();
    expect(await bundle.command('explain')).toMatchObject({ code: 64 });
    expect(await bundle.command('explain', '+1')).toMatchObject({ code: 65 });
    expect(await bundle.command('explain', '+14155550123', '--ip', 'here')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--ip must be'),
    });
    expect(await bundle.command('explain', '+14155550123', '--connection', 'x')).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('configured: default'),
    });
    const unset = await runGatewayCommand(['explain', '+14155550123'], {
      AUTH0_SECRET: 'x',
      PROVIDERS: 'console',
    });
    expect(unset).toMatchObject({ code: 78, stderr: expect.stringContaining('PAYLOAD_KEYS') });
  });
});
