import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { dispatch } from './dispatch.ts';

async function run(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const untilStopSignal = () => new Promise<never>(() => undefined);
  const code = await dispatch(args, {}, { stdin: new PassThrough(), stdout, stderr, untilStopSignal });
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return { code, stdout: read(stdout), stderr: read(stderr) };
}

test.each([
  [['rute'], 64, 'There is no command "rute". Did you mean route?'],
  [['auth0', 'restor'], 64, 'There is no subcommand "restor". Did you mean restore?'],
  [['route', '+14155550123', '--jsn'], 64, "Unknown option '--jsn'. Did you mean --json?"],
  [['route'], 64, 'The number is missing.'],
  [['route', '+1', '+2'], 64, 'Only one number at a time'],
  [['blocks', 'x'], 64, 'blocks takes no arguments.'],
  [['send'], 2, 'The number is missing.'],
  [['send', '+1', '--nonsense'], 2, "Unknown option '--nonsense'."],
  [['send', '+1', '--count'], 2, '--count <n>'],
  [['send', '+1', '--as', 'other'], 2, 'Allowed choices are gateway, action.'],
  [['segments', '--token=abc', 'x'], 64, "shell's history"],
])('%j ends with %i and says what is wrong, and the usage', async (args, code, problem) => {
  const end = await run(...args);

  expect(end).toMatchObject({ code, stdout: '' });
  expect(end.stderr).toContain(problem);
  expect(end.stderr).toContain('Usage: npm');
});

test.each([[['send', '--help']], [['auth0', 'connect', '-h']], [['help', 'doctor']], [['--help']]])(
  '%j is help, on standard output',
  async (args) => {
    expect(await run(...args)).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Usage: npm run /),
      stderr: '',
    });
  },
);

test('a secret among the arguments is not repeated', async () => {
  expect((await run('auth0', 'connect', '--client-secret=hunter2')).stderr).not.toContain('hunter2');
});

test.each([
  ['gateway ro', 'route'],
  ['gateway auth0 rot', 'rotate-secret'],
  ['gateway auth0 connect --gateway-u', '--gateway-url'],
  ['gateway send --as act', 'action'],
])('bash completes %j', async (line, word) => {
  const { stdout: script } = await run('completion', 'bash');
  const ask = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _gateway; echo "\${COMPREPLY[@]}"`;

  const { stdout } = spawnSync('bash', ['-c', ask], { encoding: 'utf8' });

  expect(stdout.trim()).toBe(word);
});
