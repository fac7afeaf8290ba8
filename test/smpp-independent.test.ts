import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../packages/dev-redis/src/ports.ts';
import { accepted, transient } from './support/provider-conformance.ts';
import { SMS, useSmppProvider } from './support/smpp-provider.ts';
import { guardChild } from './support/guardian.ts';
import { until } from './support/until.ts';

// SMSCs that were written by others, from Debian: libnet-smpp-perl and kannel-extras.
const SMSC_PL = '/usr/share/doc/libnet-smpp-perl/examples/smsc.pl';
const DRIVE_SMPP = '/usr/lib/kannel/test/drive_smpp';
const hasNetSmpp = existsSync(SMSC_PL) && spawnSync('perl', ['-MNet::SMPP', '-e', '1']).status === 0;
const hasDriveSmpp = existsSync(DRIVE_SMPP);

const idle = () => new AbortController().signal;

function run(command: string, args: string[], cwd: string) {
  const child: ChildProcess = guardChild(spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  return { output: () => output };
}

async function useFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'smpp-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Net::SMPP's example SMSC, on a port of our own and with every PDU dumped as Net::SMPP reads it. */
async function startSmscPl() {
  const port = await freePort();
  const folder = await useFolder();
  const source = await readFile(SMSC_PL, 'utf8');
  await writeFile(
    join(folder, 'smsc.pl'),
    source.replace('= 9900', `= ${port}`).replace('$trace = 0;', '$trace = 1;'),
  );
  const smsc = run('perl', ['smsc.pl', '3'], folder);
  await until(() => expect(smsc.output()).toContain('Entering accept loop'));
  return { port, output: smsc.output };
}

/** What Net::SMPP read of each PDU of one command: its fields by name, as Data::Dumper writes them. */
function dumped(output: string, command: number): Record<string, string>[] {
  return [...output.matchAll(/\$VAR1 = bless\( \{(.*?)\}, 'Net::SMPP::PDU' \);/gs)]
    .map(([, dump = '']) =>
      Object.fromEntries(
        [...dump.matchAll(/^\s*'?(\w+)'? => '?(.*?)'?,?$/gm)].map(([, name, value]) => [name, value]),
      ),
    )
    .filter(({ cmd }) => cmd === String(command));
}

test('Net::SMPP takes the bind, one part, several parts and the goodbye', async ({ skip }) => {
  skip(!hasNetSmpp, "needs Debian's libnet-smpp-perl");
  const smsc = await startSmscPl();
  const { provider, events } = useSmppProvider({ port: smsc.port, unbindTimeoutMs: 5_000 });

  expect(await provider.send(SMS, idle())).toEqual(accepted('123456789'));
  expect(await provider.send({ ...SMS, sender: '72345', body: 'Код 493817' }, idle())).toEqual(
    accepted('123456789'),
  );
  expect(await provider.send({ ...SMS, body: 'x'.repeat(200) }, idle())).toEqual(accepted('123456789'));
  await provider.close();

  await until(() => expect(smsc.output()).toContain('Remote sent unbind'));
  expect(events).toEqual([{ event: 'bound' }, { event: 'session_ended', code: 'client_closed' }]);
  const submits = dumped(smsc.output(), 0x04);
  const common = {
    dest_addr_ton: '1',
    dest_addr_npi: '1',
    destination_addr: '14155550123',
    validity_period: '000000000200000R',
  };
  expect(submits).toMatchObject([
    {
      ...common,
      source_addr_ton: '5',
      source_addr: 'Acme',
      data_coding: '0',
      registered_delivery: '1',
      short_message: SMS.body,
    },
    { ...common, source_addr_ton: '3', source_addr_npi: '0', source_addr: '72345', data_coding: '8' },
    { ...common, esm_class: '64', registered_delivery: '1' },
    { ...common, esm_class: '64', registered_delivery: '0' },
  ]);
});

test('Net::SMPP answers enquire_link, and a hundred submits within the window', async ({ skip }) => {
  skip(!hasNetSmpp, "needs Debian's libnet-smpp-perl");
  const smsc = await startSmscPl();
  const { provider, events } = useSmppProvider({ port: smsc.port, enquireIntervalMs: 20, windowSize: 5 });

  const results = await Promise.all(Array.from({ length: 100 }, () => provider.send(SMS, idle())));

  expect(results).toEqual(results.map(() => accepted('123456789')));
  await until(() => expect(dumped(smsc.output(), 0x15).length).toBeGreaterThan(3));
  expect(events).toEqual([{ event: 'bound' }]);
});

test("Kannel's drive_smpp, which knows no bind_transceiver, does not hold up a message", async ({ skip }) => {
  skip(!hasDriveSmpp, "needs Debian's kannel-extras");
  const port = await freePort();
  const folder = await useFolder();
  const smsc = run(DRIVE_SMPP, ['-p', String(port), '-m', '1'], folder);
  const { provider, events } = useSmppProvider({ port, respondTimeoutMs: 300, random: () => 0.01 });

  await until(() => expect(events).toContainEqual(expect.objectContaining({ code: 'answer_timeout' })));

  expect(await provider.send(SMS, idle())).toEqual(transient('smpp_not_bound'));
  expect(smsc.output()).toContain('bind_transceiver');
});
