import { parseArgs } from 'node:util';
import { parsePhoneNumber } from '@sms-gateway/contract';
import { createRouter } from '@sms-gateway/routing';
import { ConfigError, loadRoutingConfig } from '@sms-gateway/config';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_DATAERR, usageError } from './command.ts';
import { routeReport, senderWarnings } from './route-report.ts';

const USAGE = `Usage: npm run gateway -- route NUMBER [--connection NAME] [--message-type TYPE] [--id ID] [--json]

Shows which providers a message to NUMBER would be sent through, with which senders, and why. Reads what the worker
reads (environment, GATEWAY_CONFIG), but needs no secrets. What the worker does with it depends on the hour too: it
passes over a provider that is failing or at its rate limit.

  NUMBER           recipient, such as +4915112345678
  --connection     connection that takes the message (default: default)
  --message-type   as the custom phone provider Action sends it
  --id             message id; where a rule draws its order by weight, each id has its own
  --json           one JSON object instead of text
`;

/** `route`: the plan for one number, and how it came about. */
export function explainRoute(args: string[], { env, paint }: CommandContext): CommandResult {
  const options = parse(args);
  if (options.kind === 'help') return { exitCode: 0, output: USAGE };
  if (options.kind === 'wrong') return usageError(options.problem, USAGE);
  const number = parsePhoneNumber(options.number);
  if (number === undefined) {
    return {
      exitCode: EX_DATAERR,
      output: 'That is not a possible phone number. Write all of it in E.164, such as +4915112345678.\n',
    };
  }
  try {
    const { routing, defaultSenders } = loadRoutingConfig({ env });
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

type Options =
  | { kind: 'help' }
  | { kind: 'wrong'; problem: string }
  | {
      kind: 'given';
      number: string;
      connection: string;
      messageType: string | undefined;
      id: string;
      json: boolean;
    };

function parse(args: string[]): Options {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        connection: { type: 'string', default: 'default' },
        'message-type': { type: 'string' },
        id: { type: 'string', default: 'msg_example' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const [number] = positionals;
    if (number === undefined) return { kind: 'wrong', problem: 'The number is missing.' };
    if (positionals.length > 1) {
      return { kind: 'wrong', problem: 'One number at a time, without spaces or in quotes.' };
    }
    const { connection, id, json } = values;
    return { kind: 'given', number, connection, messageType: values['message-type'], id, json };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}
