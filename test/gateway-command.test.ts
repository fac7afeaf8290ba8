import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { writeDevState } from '../packages/cli/src/dev-state.ts';
import { postSms } from './support/auth0.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { startGateway } from './support/gateway.ts';
import { runGatewayCommand as gateway, spawnGatewayCommand } from './support/gateway-command.ts';

async function configFile(content: string): Promise<Record<string, string>> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-route-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'gateway.yaml');
  await writeFile(file, content);
  return { GATEWAY_CONFIG: file };
}

// A file with secrets that this machine does not have: they are not needed.
const SENDERS = `
connections: { default: { secrets: ["\${NOT_ON_THIS_MACHINE}"] } }
providers: { order: [console], twilio: { authToken: "\${NOT_ON_THIS_MACHINE}", from: Acme } }
routes:
  login: { messageTypes: [login], connections: [acme], providers: [twilio] }
  britain: { countries: [GB], providers: [http] }
  rest:
    providers: [twilio, vonage]
    senders: { twilio: [Acme, "+14155550100"], vonage: [Acme] }
`;

describe('where a number is sent', () => {
  test('is explained with nothing configured at all', async () => {
    const { code, stdout, stderr } = await gateway(['route', '+4915112345678'], {
      GATEWAY_STATE_DIR: '/nonexistent',
    });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('no route matches: the order of PROVIDERS');
    expect(stdout).toMatch(/1\. console +from its own sender/);
  });

  test('is explained with the settings of npm start if nothing else is configured', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'sms-gateway-route-'));
    onTestFinished(() => rm(stateDir, { recursive: true }));
    await writeDevState(stateDir, {
      secret: 'made-by-npm-start-of-more-than-32-bytes-00',
      audience: 'urn:sms-gateway',
      payloadKey: Buffer.alloc(32, 7).toString('base64url'),
      url: 'http://127.0.0.1:8080/v1/sms',
      connection: 'default',
    });

    const { stdout } = await gateway(['route', '+4915112345678'], { GATEWAY_STATE_DIR: stateDir });

    expect(stdout).toMatch(/1\. inbox /);
  });

  test('uses the order of PROVIDERS and the senders from the environment', async () => {
    const { stdout } = await gateway(['route', '+4915112345678'], {
      PROVIDERS: 'vonage,twilio',
      VONAGE_FROM: 'Acme',
      TWILIO_MESSAGING_SERVICE_SID: `MG${'0a'.repeat(16)}`,
    });

    expect(stdout).toMatch(/1\. vonage +from Acme \(alphanumeric\), its own/);
    expect(stdout).toMatch(/2\. twilio +from MG0a\w+ \(messaging_service\), its own/);
  });

  test('shows which senders and providers are skipped because carriers there do not accept them', async () => {
    const { stdout } = await gateway(['route', '+14155550123'], await configFile(SENDERS));

    expect(stdout).toMatch(/1\. twilio +from \+14155550100 \(long_code\)/);
    expect(stdout).toContain('not Acme (alphanumeric): not accepted there');
    expect(stdout).toMatch(/vonage is skipped: none of its senders .*: Acme \(alphanumeric\)/);
    expect(stdout).not.toContain('warning');
  });

  test('shows the unmet conditions of earlier rules', async () => {
    const { stdout } = await gateway(['route', '+14155550123'], await configFile(SENDERS));

    expect(stdout).toContain('route login does not match: connections (acme)');
    expect(stdout).toContain('route britain does not match: countries (GB)');
    expect(stdout).toContain('route rest matches');
  });

  test('depends on connection and message type', async () => {
    const env = await configFile(SENDERS);
    const args = ['route', '+14155550123', '--json', '--connection', 'acme'];

    const { plan } = JSON.parse((await gateway([...args, '--message-type', 'login'], env)).stdout);
    expect(plan).toEqual({ route: 'login', providers: [{ name: 'twilio' }] });

    const other = JSON.parse((await gateway([...args, '--message-type', 'enroll'], env)).stdout);
    expect(other.passedRules).toContainEqual({ name: 'login', unmet: 'messageTypes' });
  });

  test('applies a rule for Britain to a territory on its numbering plan, and says so', async () => {
    const { stdout } = await gateway(['route', '+447911123456'], await configFile(SENDERS));

    expect(stdout).toContain('+44…56, GG; rules for GB apply to it');
    expect(stdout).toContain('route britain matches');
  });

  test('is drawn by weight, the same for the same message', async () => {
    const env = await configFile('routes: { split: { providers: { twilio: 50, vonage: 50 } } }');
    const firstFor = async (id: string) => {
      const { stdout } = await gateway(['route', '+14155550123', '--json', '--id', id], env);
      return JSON.parse(stdout).plan.providers[0].name;
    };

    const drawn = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(firstFor));
    expect(new Set(drawn)).toEqual(new Set(['twilio', 'vonage']));
    expect(await firstFor('a')).toBe(drawn[0]);
  });
});

test('wrong arguments are reported on standard error', async () => {
  const { code, stdout, stderr } = await gateway(['route', '+49151', '+4915112345678']);

  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toContain('Only one number at a time');
});

test('a wrong setting is named', async () => {
  const { code, stdout, stderr } = await gateway(['route', '+4915112345678'], { PROVIDERS: 'twillio' });

  expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  expect(stderr).toContain('PROVIDERS');
});

test('an impossible number is distinguished from wrong arguments', async () => {
  const { code, stderr } = await gateway(['route', '0151 12345678']);

  expect(code).toBe(65);
  expect(stderr).toContain('not a possible phone number');
});

test.each([[[]], [['nonsense']], [['route']], [['segments']], [['route', '--x']]])(
  '%j tells how it is used',
  async (args) => {
    const { code, stdout, stderr } = await gateway(args);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('Usage: npm run gateway --');
  },
);

test.each([[['--help']], [['route', '--help']], [['segments', '-h']]])(
  '%j helps on standard output',
  async (args) => {
    const { code, stdout, stderr } = await gateway(args);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: npm run gateway --');
  },
);

test('output has no colour without a terminal', async () => {
  const { stdout } = await gateway(['route', '+14155550123'], {
    PROVIDERS: 'twilio',
    TWILIO_FROM: 'Acme',
    FORCE_COLOR: '1',
  });

  expect(stdout).toContain('warning: twilio sends as Acme');
  expect(stdout).not.toContain('\u001b');
});

describe('what a text costs', () => {
  test('is shown with a remark about real codes', async () => {
    const { stdout, stderr } = await gateway(['segments', 'Your code is 123456']);

    expect(stdout).toBe('1 segment, GSM-7\n');
    expect(stderr).toContain('any six digits');
  });

  test('is shown with replacements, and the cost with them', async () => {
    const { stdout } = await gateway(['segments', `Şifreniz… 123456 😀 ${'x'.repeat(80)}`]);

    expect(stdout).toContain('2 segments, UCS-2');
    expect(stdout).toContain('U+015E Ş needs UCS-2; "S" does not');
    expect(stdout).toContain('U+2026 … needs UCS-2; "..." does not');
    expect(stdout).toContain('U+1F600 😀 needs UCS-2, and GSM-7 has no substitute');
    expect(stdout).toContain('Without them: 1 segment, GSM-7');
  });
});

describe('a token', () => {
  test('is accepted by the gateway, and is the only standard output', async () => {
    await using started = await startGateway();
    const env = { AUTH0_SECRET: SECRET, AUTH0_AUDIENCE: AUDIENCE };

    const { code, stdout, stderr } = await gateway(['token'], env);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(stderr).not.toContain(stdout.trim());
    expect((await postSms(started.ingress.url, { token: stdout.trim() })).status).toBe(200);
  });

  test('needs a secret', async () => {
    const { code, stdout, stderr } = await gateway(['token'], { GATEWAY_STATE_DIR: '/nonexistent' });

    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain('run npm start first');
  });
});

test('a command as a process has the right exit code and streams', async () => {
  const right = await spawnGatewayCommand(['segments', 'Your code is 123456']);
  const wrong = await spawnGatewayCommand(['segments'], { GATEWAY_COMMAND: 'gateway' });

  expect(right).toMatchObject({ code: 0, stdout: '1 segment, GSM-7\n' });
  expect(right.stderr).toContain('any six digits');
  expect(wrong).toMatchObject({ code: 64, stdout: '' });
  expect(wrong.stderr).toContain('Usage: gateway segments');
});
