import { expect, test } from 'vitest';
import { SMS } from '../../../../test/support/smpp-provider.ts';
import {
  cString,
  deliverBody,
  readBind,
  type Script,
  startSmsc,
} from '../../../../test/support/smpp-smsc.ts';
import { STANDARD_DIALECT, type SmppDialect } from './dialect.ts';
import type { Probe } from '../provider-descriptor.ts';
import { probeSmpp } from './probe.ts';

const PASSWORD = 'pass-9f2';

async function probe(
  script: Script,
  { message, dialect }: { message?: Probe['message']; dialect?: Partial<SmppDialect> } = {},
) {
  await using smsc = await startSmsc(script);
  const lines: string[] = [];
  const config = {
    hosts: [{ host: '127.0.0.1', port: smsc.port, tls: false }],
    systemId: 'gateway',
    password: PASSWORD,
    systemType: '',
    from: 'Acme',
    windowSize: 1,
    enquireIntervalMs: 60_000,
    dialect: { ...STANDARD_DIALECT, ...dialect },
  };
  const isTaken = await probeSmpp(
    { config, message, print: (line) => lines.push(line), now: Date.now, random: () => 0.5 },
    new AbortController().signal,
  );
  const output = lines.join('\n');
  for (const secret of [PASSWORD, SMS.body, '493817', SMS.to.slice(1)]) expect(output).not.toContain(secret);
  return { isTaken, output, smsc };
}

test('says what the centre answers to the bind, in words and without the password', async () => {
  const { isTaken, output } = await probe({});

  expect(isTaken).toBe(true);
  expect(output).toContain(
    '→ bind_transceiver seq=1 system_id=gateway password=(hidden) interface_version=0x34',
  );
  expect(output).toContain('← bind_transceiver_resp seq=1 status=ESME_ROK system_id=smsc');
  expect(output).toContain('Bound to "smsc".');
  expect(output).toContain('→ unbind');
});

test.each([
  [0x0e, 'ESME_RINVPASWD', 'many centres know its first 8 characters only'],
  [0x05, 'ESME_RALYBND', 'each worker binds once'],
  [0x0f, 'ESME_RINVSYSID', 'does not know the system ID'],
  [0x4_01, '0x00000401', 'Ask the carrier'],
])('names why a bind is refused (%i), and says what to do', async (status, name, advice) => {
  const { isTaken, output } = await probe({
    bind_transceiver: (pdu, { respond }) => respond(pdu, { status, body: Buffer.alloc(0) }),
  });

  expect(isTaken).toBe(false);
  expect(output).toContain(`Not bound: ${name}.`);
  expect(output).toContain(advice);
});

test('binds in the mode of the dialect', async () => {
  const { isTaken, smsc } = await probe({}, { dialect: { bindMode: 'transmitter+receiver' } });

  expect(isTaken).toBe(true);
  expect(readBind(await smsc.until('bind_receiver'))).toMatchObject({ systemId: 'gateway' });
});

const receiptTo = (id: string, submitted: string): Script => ({
  submit_sm: (pdu, { respond, request }) => {
    respond(pdu, { body: cString(submitted) });
    request('deliver_sm', deliverBody({ text: Buffer.from('id:99999999 stat:DELIVRD') }));
    request(
      'deliver_sm',
      deliverBody({ text: Buffer.from(`id:${id} stat:DELIVRD err:000 text:${SMS.body}`) }),
    );
  },
});

test.each([
  ['43405557070', '0A1B2C3D4E', 'SMPP_MESSAGE_IDS=hex-to-decimal'],
  ['a1b2c3d4e', '43405557070', 'SMPP_MESSAGE_IDS=decimal-to-hex'],
  ['4711', '4711', 'is the same as'],
  ['4711', '0004711', 'differs in case or leading zeros'],
])('sends one message and tells how the receipt %s calls %s', async (id, submitted, relation) => {
  const { isTaken, output, smsc } = await probe(receiptTo(id, submitted), {
    message: { to: SMS.to, body: SMS.body, receiptWithinMs: 20_000 },
  });

  expect(isTaken).toBe(true);
  expect(output).toContain('→ submit_sm seq=2 source_addr_ton=5 source_addr=Acme');
  expect(output).toContain('destination_addr=141…23');
  expect(output).toContain(`accepted under the id ${submitted}`);
  expect(output).toContain('Receipt: delivered');
  expect(output).toContain(relation);
  // The worker's receipt is asked for again, ours is not.
  expect(smsc.of('deliver_sm_resp').map(({ status }) => status)).toEqual([0x64, 0]);
});

test('tells which status a message is refused with', async () => {
  const { isTaken, output } = await probe(
    { submit_sm: (pdu, { respond }) => respond(pdu, { status: 0x0a, body: Buffer.alloc(0) }) },
    { message: { to: SMS.to, body: 'x'.repeat(200), receiptWithinMs: 0 } },
  );

  expect(isTaken).toBe(false);
  expect(output).toContain('← submit_sm_resp seq=2 status=ESME_RINVSRCADR');
  expect(output).toContain('Part 1 of 2: provider_fault, smpp_0x0a.');
});

test('prints nothing of a PDU whose fields are not what they should be, and nothing that controls a terminal', async () => {
  const { output } = await probe({
    bind_transceiver: (pdu, { respond, request }) => {
      request('deliver_sm', Buffer.from(SMS.body));
      request('deliver_sm', Buffer.concat([cString(''), Buffer.from([1, 1]), cString(SMS.body)]));
      respond(pdu, { body: cString('smsc\u001b[2J') });
    },
  });

  expect(output).toContain('Bound to "smsc?[2J".');
  expect(output).toMatch(/bind_transceiver_resp .* system_id=\(\d+ octets\)/);
  expect(output).not.toContain('\u001b');
});
