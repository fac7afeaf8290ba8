import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const program = fileURLToPath(new URL('../packages/cli/dist/gateway.js', import.meta.url));

const CONFIG = `
connections: { default: { secrets: ["\${NOT_ON_THIS_MACHINE}"] } }
providers:
  order: [twilio, http]
  twilio: { authToken: "\${NOT_ON_THIS_MACHINE}", from: Acme }
routes:
  acme: { connections: [acme], providers: [http] }
  german-mobile:
    prefixes: ["+4915"]
    providers: { twilio: 70, vonage: 30 }
    senders: { twilio: [Acme] }
`;

async function gateway(args: string[], { config = CONFIG } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-command-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'gateway.yaml');
  await writeFile(file, config);
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { PATH: process.env['PATH'], GATEWAY_CONFIG: file };
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('gateway route', () => {
  test('says which rule fits a number, the providers, and what each sends as', async () => {
    const { code, stdout } = await gateway(['route', '+4915112345678']);

    expect(code).toBe(0);
    expect(stdout).toContain('+49…78, DE');
    expect(stdout).toContain('route acme does not fit: connections');
    expect(stdout).toContain('route german-mobile fits');
    expect(stdout).toMatch(/\d\. twilio +from Acme \(alphanumeric\), first with 70 %/);
    expect(stdout).toMatch(/\d\. vonage +from its own sender, first with 30 %/);
  });

  test('warns of a sender that carriers in the country do not take', async () => {
    const { stdout } = await gateway(['route', '+14155550123']);

    expect(stdout).toContain('no route fits: the order of PROVIDERS');
    expect(stdout).toContain(
      'warning: twilio sends as Acme (alphanumeric), which carriers there do not take',
    );
  });

  test('takes the connection into account, and answers in JSON', async () => {
    const { stdout } = await gateway(['route', '+4915112345678', '--connection', 'acme', '--json']);

    expect(JSON.parse(stdout)).toMatchObject({
      country: 'DE',
      plan: { route: 'acme', providers: [{ name: 'http' }] },
      warnings: [],
    });
  });

  test('says what is wrong with the configuration, and with the number', async () => {
    const bad = await gateway(['route', '+4915112345678'], { config: 'routes: { a: { providers: [x] } }' });
    expect(bad).toMatchObject({ code: 78 });
    expect(bad.stderr).toContain('routes.a.providers: must name some of');

    const partial = await gateway(['route', '+49151']);
    expect(partial).toMatchObject({ code: 65 });
    expect(partial.stderr).toContain('Write all of it in E.164');
  });
});

describe('gateway segments', () => {
  test('says what a text costs, and what makes it cost more', async () => {
    const plain = await gateway(['segments', 'Your code is 123456']);
    expect(plain).toMatchObject({ code: 0, stdout: '1 segment, GSM-7\n' });

    const { stdout } = await gateway(['segments', `Don’t share it: 123456 ${'x'.repeat(60)}`]);
    expect(stdout).toContain('2 segments, UCS-2');
    expect(stdout).toContain(`U+2019 ’ needs UCS-2; "'" does not`);
  });
});

test.each([[[]], [['nonsense']], [['route']], [['route', 'a', 'b']], [['segments']], [['route', '--x']]])(
  'gateway %j tells how it is used',
  async (args) => {
    const { code, stderr } = await gateway(args);

    expect(code).toBe(64);
    expect(stderr).toContain('Usage: npm run gateway --');
  },
);
