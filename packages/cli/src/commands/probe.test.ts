import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { writeConfig } from '../../../../test/support/config-file.ts';
import { smppEnv } from '../../../../test/support/smpp-env.ts';
import { cString, deliverBody, readBind, readSubmit, startSmsc } from '../../../../test/support/smpp-smsc.ts';
import { dispatch } from '../dispatch.ts';

async function run(args: string[], env: Record<string, string>) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const untilStopSignal = () => new Promise<never>(() => undefined);
  const code = await dispatch(['smpp', 'probe', ...args], env, {
    stdin: new PassThrough(),
    stdout,
    stderr,
    untilStopSignal,
  });
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

test('tests a named bind that is not in use, with only its settings', async () => {
  await using smsc = await startSmsc();
  const env = {
    SMPP_CARRIERA_URL: `smpp://127.0.0.1:${smsc.port}`,
    SMPP_CARRIERA_SYSTEM_ID: 'carrier-a',
    SMPP_CARRIERA_PASSWORD: 'secret08',
    SMPP_CARRIERA_FROM: 'Acme',
    SMPP_CARRIERA_BIND: 'transmitter+receiver',
  };

  const { code, stdout } = await run(['smpp:carrierA'], env);

  expect(code).toBe(0);
  expect(stdout).toContain('Bound to "smsc".');
  expect(stdout).not.toContain('secret08');
  expect(readBind(await smsc.until('bind_receiver'))).toMatchObject({ systemId: 'carrier-a' });
});

test('sends one message if asked to, and waits for its receipt', async () => {
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond, request }) => {
      respond(pdu, { body: cString('0A1B2C3D4E') });
      request('deliver_sm', deliverBody({ text: Buffer.from('id:43405557070 stat:DELIVRD') }));
    },
  });

  const args = ['smpp', '--to', '+1 415 555 0123', '--text', 'Probe 493817', '--wait', '20s'];
  const { code, stdout } = await run(args, smppEnv(smsc.port));

  expect(code).toBe(0);
  expect(readSubmit(await smsc.until('submit_sm'))).toMatchObject({ dest: '14155550123' });
  expect(stdout).toContain('SMPP_MESSAGE_IDS=hex-to-decimal');
  expect(stdout).not.toMatch(/493817|4155550123/);
});

test('sends what the operators of the country require', async () => {
  await using smsc = await startSmsc();
  await using file = await writeConfig(`
registrations:
  IN: { header: ACMEIN, entityId: '1101456324675322134', templates: { login: { id: '1107169175328190001', text: 'Probe {#var#}' } } }
`);

  const args = ['smpp', '--to', '+919876543210', '--text', 'Probe 493817', '--wait', '0'];
  const { code } = await run(args, { ...smppEnv(smsc.port), GATEWAY_CONFIG: file.path });

  expect(code).toBe(0);
  expect(readSubmit(await smsc.until('submit_sm'))).toMatchObject({
    source: 'ACMEIN',
    tlvs: {
      [0x14_00]: Buffer.from('1101456324675322134'),
      [0x14_01]: Buffer.from('1107169175328190001'),
    },
  });
});

test.each<[args: string[], env: Record<string, string>, code: number, problem: string]>([
  [['smpp'], {}, 78, 'SMPP_URL: not set'],
  [['smp'], {}, 78, 'did you mean smpp?'],
  [['twilio'], { TWILIO_ACCOUNT_SID: '' }, 78, 'TWILIO_ACCOUNT_SID: not set'],
  [['http'], { HTTP_PROVIDER_URL: 'http://x', HTTP_PROVIDER_TOKEN: 't' }, 64, 'http is not an SMPP bind'],
  [['smpp', '--to', '12'], smppEnv(1), 65, 'not a possible phone number'],
  [['smpp', '--wait', '1h'], smppEnv(1), 64, '--wait must be a number of seconds'],
  [[], {}, 64, 'The name is missing.'],
])('%j with %o ends with %i and says what is wrong', async (args, env, code, problem) => {
  const end = await run(args, env);

  expect(end.code).toBe(code);
  expect(end.stderr).toContain(problem);
});

test('exits 1 if the SMSC refuses the bind', async () => {
  await using smsc = await startSmsc({
    bind_transceiver: (pdu, { respond }) => respond(pdu, { status: 0x0e, body: Buffer.alloc(0) }),
  });

  const { code, stdout } = await run(['smpp'], smppEnv(smsc.port));

  expect(code).toBe(1);
  expect(stdout).toContain('Not bound: ESME_RINVPASWD.');
});
