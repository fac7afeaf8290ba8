import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run send -- NUMBER... [options]

Plays Auth0 against a running gateway, prints what Auth0 would make of the answer, and follows each message to its
outcome.

  NUMBER             recipient, such as +14155550123; several are used in turn
  --as gateway       the call of a legacy passwordless connection (default)
  --as action        the custom phone provider Action, integrations/auth0-action/custom-phone-provider.js
  --count N          messages, each with a fresh code, 1 to 1000 (default: one for each NUMBER)
  --rate R           messages begun a second, above 0, up to 1000 (default: each when the one before is answered)
  --url URL          endpoint (default: GATEWAY_URL, else the gateway that npm start started)
  --connection NAME  post to /v1/connections/NAME/sms there
  --text TEXT        text of the message; {code} stands for the code, and must be there if several are sent
  --no-follow        do not wait for outcomes
  --json             one JSON object instead of text

A newer code to the same number replaces the one before if that is not sent yet, on purpose: give several NUMBERs to see
many arrive.

Signs with what the file of GATEWAY_CONFIG has for the connection (default, where none is named), without a file with
AUTH0_SECRET (or AUTH0_SECRET_FILE), AUTH0_AUDIENCE and AUTH0_SUBJECT, else with what npm start made. Follows in the Redis
of REDIS_URL, else in that of npm start. Exits with 0 where every message is answered 200 and, if followed, sent; else 1;
2 where it is used wrongly. An outcome is waited for until the message's deadline; Ctrl-C ends it before.
`;

const MAX_COUNT = 1000;
const MAX_RATE = 1000;

export type SendOptions = {
  as: 'gateway' | 'action';
  numbers: [string, ...string[]];
  count: number;
  /** Undefined: each when the one before is answered. */
  ratePerSecond: number | undefined;
  url: string | undefined;
  connection: string | undefined;
  text: string | undefined;
  isFollowed: boolean;
  isJson: boolean;
};

export type ParsedOptions =
  | { kind: 'help' }
  | { kind: 'wrong'; problem: string }
  | { kind: 'given'; options: SendOptions };

/** What `npm run send` was asked for. */
export function parseSendOptions(args: string[]): ParsedOptions {
  try {
    return parse(args);
  } catch (error) {
    // Of parseArgs, which names the option; a recipient is none.
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function parse(args: string[]): ParsedOptions {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      as: { type: 'string', default: 'gateway' },
      count: { type: 'string' },
      rate: { type: 'string' },
      url: { type: 'string' },
      connection: { type: 'string' },
      text: { type: 'string' },
      'no-follow': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return { kind: 'help' };

  const [first, ...others] = positionals;
  if (first === undefined) return wrong('The number is missing.');
  if (others.length > 0 && !positionals.every((number) => number.startsWith('+'))) {
    return wrong('Each of several numbers begins with a plus sign; one that holds spaces needs quotes.');
  }
  const { as, connection, url, text } = values;
  if (as !== 'gateway' && as !== 'action') return wrong('--as is gateway or action.');

  const count = values.count === undefined ? positionals.length : wholeNumber(values.count);
  if (count === undefined || count < 1 || count > MAX_COUNT) {
    return wrong(`--count is a whole number from 1 to ${MAX_COUNT}.`);
  }
  if (count < positionals.length) return wrong('--count is less than the numbers given.');
  const ratePerSecond = values.rate === undefined ? undefined : decimal(values.rate);
  if (values.rate !== undefined && (ratePerSecond === undefined || ratePerSecond > MAX_RATE)) {
    return wrong(`--rate is a number above 0, up to ${MAX_RATE}: messages a second.`);
  }
  if (connection !== undefined && !/^[\w-]+$/.test(connection)) {
    return wrong('--connection is a name of letters, digits, - and _.');
  }
  if (text === '') return wrong('--text is empty.');
  if (count > 1 && text !== undefined && !text.includes('{code}')) {
    return wrong(
      '--text needs {code} where several are sent: the gateway takes the same text to the same number as a repeat.',
    );
  }
  return {
    kind: 'given',
    options: {
      as,
      numbers: [first, ...others],
      count,
      ratePerSecond,
      url,
      connection,
      text,
      isFollowed: !values['no-follow'],
      isJson: values.json,
    },
  };
}

const wrong = (problem: string): ParsedOptions => ({ kind: 'wrong', problem });

function wholeNumber(value: string): number | undefined {
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function decimal(value: string): number | undefined {
  const number = /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : 0;
  return number > 0 ? number : undefined;
}
