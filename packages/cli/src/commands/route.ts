import { parsePhoneNumber } from '@sms-gateway/contract';
import { createRouter } from '@sms-gateway/routing';
import { ConfigError, loadRoutingConfig } from '@sms-gateway/config';
import { PROVIDERS } from '@sms-gateway/providers';
import { readEffectiveEnv } from '../effective-env.ts';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_DATAERR } from './command.ts';
import { routeReport, senderWarnings } from './route-report.ts';

type Options = {
  number: string;
  connection: string;
  messageType?: string | undefined;
  id: string;
  json?: boolean | undefined;
};

/** `route`: the plan for one number, and its reasons. */
export async function explainRoute(
  options: Options,
  { env: given, paint }: CommandContext,
): Promise<CommandResult> {
  const number = parsePhoneNumber(options.number);
  if (number === undefined) {
    return {
      exitCode: EX_DATAERR,
      output: 'That is not a possible phone number. Write all of it in E.164, such as +4915112345678.\n',
    };
  }
  const env = await readEffectiveEnv(given);
  try {
    const { routing, defaultSenders } = loadRoutingConfig({ env, providers: PROVIDERS });
    const { id, connection, messageType } = options;
    const explanation = createRouter(routing).explain(
      { id, number, connection, messageType },
      defaultSenders,
    );
    const output = options.json
      ? `${JSON.stringify({ country: number.country ?? null, ...explanation, warnings: senderWarnings(explanation) }, null, 2)}\n`
      : routeReport({ number, id, routes: routing.routes, explanation, paint });
    return { exitCode: 0, output };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { exitCode: EX_CONFIG, output: `${error.message}\n` };
  }
}
