import { manageAuth0 } from './commands/auth0.ts';
import { blockDestination, listBlocks, unblockDestination } from './commands/block.ts';
import { type Command, type CommandResult, createPaint, EX_USAGE } from './commands/command.ts';
import { Cancelled, createDialogue } from './commands/dialogue.ts';
import { diagnose } from './commands/doctor.ts';
import { explainNumber } from './commands/explain.ts';
import { explainRoute } from './commands/route.ts';
import { explainSegments } from './commands/segments.ts';

const COMMANDS: Record<string, Command> = {
  auth0: {
    summary: 'point an Auth0 tenant at this gateway, take it back, rotate the secret',
    run: manageAuth0,
  },
  block: {
    summary: 'stop all messages to a destination, at once and everywhere',
    run: blockDestination,
  },
  blocks: {
    summary: 'which destinations are blocked',
    run: listBlocks,
  },
  doctor: {
    summary: 'what is wrong with the gateway, its surroundings and its tenant, and what to do',
    run: diagnose,
  },
  explain: {
    summary: 'how every screening rule stands for a number',
    run: explainNumber,
  },
  route: {
    summary: 'which providers and senders a number would be sent through, and why',
    run: explainRoute,
  },
  segments: {
    summary: 'how many SMS segments a text costs, and what makes it cost more',
    run: explainSegments,
  },
  unblock: {
    summary: 'take a block back',
    run: unblockDestination,
  },
};

const USAGE = `Usage: npm run gateway -- COMMAND [arguments]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

npm run gateway -- COMMAND --help tells more.
`;

const { exitCode, output, report = '', remark = '' } = await dispatch(process.argv.slice(2), process.env);
await write(process.stdout, report + (exitCode === 0 ? output : ''));
await write(process.stderr, (exitCode === 0 ? '' : output) + remark);
// Not left to the event loop: Auth0's SDK leaves the timer of a request that failed running, for half a minute.
process.exit(exitCode);

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(text, () => resolve()));
}

async function dispatch([name = '', ...args]: string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
  if (name === '--help' || name === '-h') return { exitCode: 0, output: USAGE };
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const complaint = name === '' ? '' : `There is no command ${JSON.stringify(name)}.\n\n`;
    return { exitCode: EX_USAGE, output: complaint + USAGE };
  }
  // https://no-color.org: any value but an empty one.
  const paint = createPaint(process.stdout.isTTY && !env['NO_COLOR']);
  const dialogue = createDialogue({ input: process.stdin, output: process.stderr });
  try {
    return await command.run(args, { env, paint, dialogue });
  } catch (error) {
    // 128 and the number of SIGINT, as shells have it.
    if (error instanceof Cancelled) return { exitCode: 130, output: 'Stopped; nothing more was changed.\n' };
    throw error;
  }
}
