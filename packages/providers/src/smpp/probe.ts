import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe } from '../provider-descriptor.ts';
import { openSession } from './bind.ts';
import { BIND_COMMANDS, bindFields, hostsFor } from './binds.ts';
import { describePdu } from './describe-pdu.ts';
import type { SmppDialect } from './dialect.ts';
import { createIdForms } from './id-forms.ts';
import { classifyOutcome } from './part-result.ts';
import type { BindCommand } from './pdu.ts';
import { readDelivery } from './receipt.ts';
import type { Delivery, Session } from './session.ts';
import type { SmppConfig } from './smpp.ts';
import { adviceFor, ESME_ROK, ESME_RX_T_APPN } from './status.ts';
import { submitParts } from './submit.ts';

type Options = Probe & { config: SmppConfig; now: () => number; random: () => number };
type ProbeMessage = NonNullable<Probe['message']>;

const TIMEOUT_MS = 10_000;
const VALIDITY_SECONDS = 120;

/**
 * Binds as the configuration says, sends one message if asked, and prints the PDUs, without the text.
 * Resolves with whether the SMSC accepted everything. Receipts of other messages are refused for now, so that the SMSC
 * delivers them to the worker.
 */
export async function probeSmpp(options: Options, signal: AbortSignal): Promise<boolean> {
  const { config, print } = options;
  const sessions: Session[] = [];
  const receipts = watchReceipts(print, config.dialect.receiptMark);
  try {
    for (const command of BIND_COMMANDS[config.dialect.bindMode]) {
      const session = await bindAnywhere(options, command, receipts.onDeliver, signal);
      if (session === undefined) return false;
      sessions.push(session);
    }
    const [sender] = sessions;
    if (options.message === undefined || sender === undefined) return true;
    return await sendOne(options, options.message, sender, receipts, signal);
  } finally {
    await Promise.all(sessions.map((session) => session.unbind()));
  }
}

async function bindAnywhere(
  { config, print }: Options,
  command: BindCommand,
  onDeliver: (delivery: Delivery) => Promise<number>,
  signal: AbortSignal,
): Promise<Session | undefined> {
  for (const address of hostsFor(command, config)) {
    print(`${address.host}:${address.port}${address.tls ? ' (TLS)' : ''}: ${command}`);
    const opened = await openSession(
      {
        ...address,
        ca: config.ca,
        command,
        fields: bindFields(config, config.dialect),
        windowSize: config.windowSize,
        connectTimeoutMs: TIMEOUT_MS,
        respondTimeoutMs: TIMEOUT_MS,
        enquireIntervalMs: config.enquireIntervalMs,
        unbindTimeoutMs: 1_000,
        onDeliver,
        onPdu: (direction, pdu) => print(`${direction === 'sent' ? '  →' : '  ←'} ${describePdu(pdu)}`),
      },
      signal,
    );
    if (opened.kind === 'bound') {
      const version =
        opened.smscVersion === undefined ? '' : `, version 0x${opened.smscVersion.toString(16)}`;
      print(`Bound to "${opened.systemId.replaceAll(/[^\x20-\x7e]/g, '?')}"${version}.`);
      return opened.session;
    }
    print(`Not bound: ${opened.status ?? opened.code}. ${adviceFor(opened)}`);
    if (opened.isRefused === true) return undefined;
  }
  return undefined;
}

type ReceiptWatch = ReturnType<typeof watchReceipts>;

function watchReceipts(print: (line: string) => void, mark: SmppDialect['receiptMark']) {
  let awaited: ((id: string, status: string) => boolean) | undefined;
  return {
    await(check: typeof awaited) {
      awaited = check;
    },
    onDeliver: async (delivery: Delivery): Promise<number> => {
      const read = readDelivery(delivery, mark);
      if (read.kind !== 'receipt') {
        print(
          `  (${read.kind === 'message' ? 'a message from a handset' : 'a receipt that cannot be read'})`,
        );
        return ESME_RX_T_APPN;
      }
      const isOurs = awaited?.(read.receipt.providerMessageId, read.receipt.status) === true;
      return isOurs ? ESME_ROK : ESME_RX_T_APPN;
    },
  };
}

async function sendOne(
  { config, print, now, random }: Options,
  { to, body, receiptWithinMs, sender = config.from, registration }: ProbeMessage,
  session: Session,
  receipts: ReceiptWatch,
  signal: AbortSignal,
): Promise<boolean> {
  const parts = submitParts(
    { to, body, sender, registration, validUntilMs: now() + VALIDITY_SECONDS * 1000 },
    config.dialect,
  );
  if (!parts) throw new TypeError('smpp: the sender is not an address');
  const ids = createIdForms({ scope: '', configured: config.dialect.messageIds, onLearnt: () => {} });
  const receiptCame = new AbortController();
  const reference = Math.floor(random() * 65_536);
  const accepted: string[] = [];
  receipts.await((id, status) => {
    const filed = accepted.find((own) => ids.ofResponse(own).receiptIds.includes(ids.ofReceipt(id).id));
    if (filed === undefined) return false;
    print(`Receipt: ${status}. Its id ${formRelation(id, filed)}.`);
    if (status !== 'sent') receiptCame.abort();
    return true;
  });

  for (let number = 1; number <= parts.total; number++) {
    const outcome = await session.submit(parts.body(number, reference, now()), signal);
    const request = {
      id: '',
      to,
      from: undefined,
      sender: undefined,
      body,
      validitySeconds: VALIDITY_SECONDS,
      receiptUrl: undefined,
    };
    const result = classifyOutcome(outcome, request);
    if (result.kind !== 'accepted') {
      print(`Part ${number} of ${parts.total}: ${result.kind}, ${result.code}.`);
      return false;
    }
    accepted.push(result.smscId);
    print(`Part ${number} of ${parts.total}: accepted under the id ${result.smscId || '(none)'}.`);
  }
  if (receiptWithinMs === 0) return true;
  print(`Waiting up to ${Math.round(receiptWithinMs / 1000)} s for the receipt.`);
  await sleep(receiptWithinMs, undefined, { signal: AbortSignal.any([receiptCame.signal, signal]) }).catch(
    () => {},
  );
  if (!receiptCame.signal.aborted) print('No final receipt came.');
  return true;
}

/** How the id of a receipt is written, compared with that of the submit_sm_resp. */
function formRelation(id: string, filed: string): string {
  if (id === filed) return 'is the same as that of the submit_sm_resp';
  const [own, inReceipt] = [filed, id].map((text) => text.toLowerCase().replace(/^0+(?=.)/, ''));
  if (own === inReceipt) return 'differs in case or leading zeros';
  return /^\d+$/.test(id) && BigInt(id).toString(16) === own
    ? 'is the decimal form of a hexadecimal one: SMPP_MESSAGE_IDS=hex-to-decimal'
    : 'is the hexadecimal form of a decimal one: SMPP_MESSAGE_IDS=decimal-to-hex';
}
