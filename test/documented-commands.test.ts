import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createPaint } from '../packages/cli/src/commands/command.ts';
import { createDialogue } from '../packages/cli/src/commands/dialogue.ts';
import { createProgram } from '../packages/cli/src/program.ts';
import { repositoryRoot } from '../packages/cli/src/repository.ts';
import { runCommand } from '../packages/dev-redis/src/run-command.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { runGatewayCommand } from './support/gateway-command.ts';
import { startGateway } from './support/gateway.ts';
import { HANG_MS } from './support/hang.ts';

const pages = [
  'README.md',
  ...readdirSync(join(repositoryRoot, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));
const contentOf = (page: string) => readFileSync(join(repositoryRoot, page), 'utf8');

/** The commands of the gateway that a page shows, as words. */
function commandsIn(page: string): string[][] {
  const shown = contentOf(page).matchAll(
    /(?:npm run (?:--silent )?(gateway|send) --|docker compose run --rm (gateway)) ([^\n`|#→]+)/g,
  );
  return [...shown].map(([, name, inContainer, rest = '']) => {
    // What follows a command in a sentence is none of its words.
    const words = rest.split(/ {2,}|\)|; |, | · |\. /)[0]?.match(/"[^"]*"|\S+/g) ?? [];
    return [
      ...(name === 'send' && !inContainer ? ['send'] : []),
      ...words.map((word) => word.replaceAll('"', '')),
    ];
  });
}

async function parse(args: string[]): Promise<void> {
  const stream = new PassThrough();
  const io = {
    stdin: stream,
    stdout: stream,
    stderr: stream,
    untilStopSignal: () => new Promise<never>(() => undefined),
  };
  const dialogue = createDialogue({ input: stream, output: stream, asTyped: (text) => text });
  const context = { env: {}, io, paint: createPaint(false), dialogue };
  await createProgram(context, async () => ({ exitCode: 0, output: '' })).parse(args);
}

const documented = pages.flatMap((page) =>
  commandsIn(page)
    .filter((words) => !words.includes('--help') && /^[a-z]/.test(words[0] ?? ''))
    .map((words): [string, string, string[]] => [page, words.join(' '), words]),
);

test.each(documented)('%s shows a command that exists: %s', async (_page, _line, words) => {
  // A name alone speaks of the command.
  const help = parse([...words, '--help']).catch((error: unknown) => error);
  if (words.length === 1) expect(await help).toMatchObject({ exitCode: 0 });
  else await expect(parse(words)).resolves.toBeUndefined();
});

test('the pages show commands', () => {
  expect(documented.length).toBeGreaterThan(40);
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

test.skipIf(!hasCurl)(
  'the examples of docs/http-api.md can be run as written (skipped without curl)',
  async () => {
    await using gateway = await startGateway();
    const { stdout: token } = await runGatewayCommand(['token'], {
      AUTH0_SECRET: SECRET,
      AUTH0_AUDIENCE: AUDIENCE,
    });
    const examples = [...contentOf('docs/http-api.md').matchAll(/```sh\n([^]*?)```/g)]
      .map(([, example = '']) => example)
      .filter((example) => example.includes('curl'))
      .map((example) => example.replaceAll('http://127.0.0.1:8080', gateway.ingress.url));
    expect(examples).toHaveLength(3);

    for (const example of examples) {
      const { stdout, exitCode } = await runCommand(
        'bash',
        ['-c', example.replaceAll('curl -s ', 'curl -s -w "%{http_code}" ')],
        { env: { ...process.env, TOKEN: token.trim() }, timeoutMs: HANG_MS },
      );
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/(HTTP\/1\.1 200|200$)/);
    }
  },
);
