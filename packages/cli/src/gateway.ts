import { type Command, type CommandResult, createPaint, EX_USAGE } from './gateway/command.ts';
import { explainRoute } from './gateway/route.ts';
import { explainSegments } from './gateway/segments.ts';

const COMMANDS: Record<string, Command> = {
  route: {
    summary: 'which providers and senders a number would be sent through, and why',
    run: explainRoute,
  },
  segments: {
    summary: 'how many SMS segments a text costs, and what makes it cost more',
    run: explainSegments,
  },
};

const USAGE = `Usage: npm run gateway -- COMMAND [arguments]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

npm run gateway -- COMMAND --help tells more.
`;

const { exitCode, output, remark = '' } = await dispatch(process.argv.slice(2), process.env);
(exitCode === 0 ? process.stdout : process.stderr).write(output);
process.stderr.write(remark);
process.exitCode = exitCode;

async function dispatch([name = '', ...args]: string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
  if (name === '--help' || name === '-h') return { exitCode: 0, output: USAGE };
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const complaint = name === '' ? '' : `There is no command ${JSON.stringify(name)}.\n\n`;
    return { exitCode: EX_USAGE, output: complaint + USAGE };
  }
  // https://no-color.org: any value but an empty one.
  const paint = createPaint(process.stdout.isTTY && !env['NO_COLOR']);
  return command.run(args, { env, paint });
}
