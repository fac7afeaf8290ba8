import { ConfigError, loadProviderConfig, loadRoutingConfig } from '@sms-gateway/config';
import { parsePhoneNumber, type PhoneNumber } from '@sms-gateway/contract';
import { probeProvider, PROVIDERS } from '@sms-gateway/providers';
import { createRouter } from '@sms-gateway/routing';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_DATAERR, EX_USAGE } from './command.ts';

type Options = { name: string; to?: string | undefined; text: string; wait: string };

const MAX_WAIT_SECONDS = 3600;

/** `smpp probe`: tests a bind, and prints what is sent and received. */
export async function probe(
  { name, to, text, wait }: Options,
  { env, io }: CommandContext,
): Promise<CommandResult> {
  const [, seconds] = /^(\d{1,4})s?$/.exec(wait) ?? [];
  if (seconds === undefined || Number(seconds) > MAX_WAIT_SECONDS) {
    return {
      exitCode: EX_USAGE,
      output: `--wait must be a number of seconds from 0 to ${MAX_WAIT_SECONDS}.\n`,
    };
  }
  const number = to === undefined ? undefined : parsePhoneNumber(to);
  if (to !== undefined && number === undefined) {
    const output = 'That is not a possible phone number. Write all of it in E.164, such as +4915112345678.\n';
    return { exitCode: EX_DATAERR, output };
  }
  try {
    const config = loadProviderConfig(name, { env, providers: PROVIDERS });
    const stop = new AbortController();
    void io.untilStopSignal().then(() => stop.abort());
    const probing = probeProvider(
      config,
      PROVIDERS,
      {
        message: number && {
          to: number.e164,
          body: text,
          receiptWithinMs: Number(seconds) * 1000,
          ...registeredFor(name, number, text, env),
        },
        print: (line) => io.stdout.write(`${line}\n`),
      },
      stop.signal,
    );
    if (probing === undefined) {
      return {
        exitCode: EX_USAGE,
        output: `${name} is not an SMPP bind; \`npm run gateway -- doctor\` checks the other providers.\n`,
      };
    }
    return { exitCode: (await probing) ? 0 : 1, output: '' };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { exitCode: EX_CONFIG, output: `${error.message}\n` };
  }
}

/** The registered sender and ids that a message to the number's country goes with, whichever route it would take. */
function registeredFor(name: string, number: PhoneNumber, text: string, env: CommandContext['env']) {
  const { routing } = loadRoutingConfig({ env, providers: PROVIDERS });
  const router = createRouter({ ...routing, routes: [], connectionRoutes: {}, defaultProviders: [name] });
  const message = { id: 'probe', number, connection: 'default', messageType: undefined, text };
  const [planned] = router.plan(message).providers;
  return { sender: planned?.sender, registration: planned?.registration };
}
