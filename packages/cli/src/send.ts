import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readDevState } from './dev-state.ts';
import { gatewayAuthentication, hasOwnSecret } from './gateway-authentication.ts';
import { callGateway, signToken } from './play-auth0.ts';
import { repositoryRoot } from './repository.ts';
import { sendReport } from './send-report.ts';

const USAGE = `Usage: npm run send -- NUMBER [--url URL] [--text TEXT] [--json]

Plays Auth0 against a running gateway and prints what Auth0 would tell the application.

  NUMBER   recipient, such as +14155550123
  --url    endpoint (default: GATEWAY_URL, else the gateway that npm start started)
  --text   text of the message (default: a fresh code)
  --json   one JSON object instead of text

Signs with AUTH0_SECRET (or AUTH0_SECRET_FILE), AUTH0_AUDIENCE and AUTH0_SUBJECT, else with what npm start made.
Exits with 0 where the gateway answers 200, else 1.
`;

process.exitCode = await send(process.argv.slice(2), process.env);

async function send(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const options = parse(args);
  if (options === undefined) return complain(USAGE, 2);

  const state = await readDevState(env['GATEWAY_STATE_DIR'] ?? join(repositoryRoot, '.gateway'));
  const url = options.url ?? (env['GATEWAY_URL'] || state?.url);
  const authentication = gatewayAuthentication(env, state);
  if (url === undefined || authentication === undefined) {
    return complain(
      'No gateway to send to: run npm start first, or set GATEWAY_URL, AUTH0_SECRET and AUTH0_AUDIENCE.\n',
      1,
    );
  }
  if (!URL.canParse(url)) return complain(`${url} is not a URL.\n`, 1);

  const token = await signToken(authentication, Date.now());
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const text = options.text ?? `Your verification code is: ${code}`;
  const answer = await callGateway({ url, token, recipient: options.recipient, text });
  const report = sendReport({ url, answer, isSignedWithDevSecret: !hasOwnSecret(env) });
  process.stdout.write(options.json ? `${JSON.stringify(report.json, null, 2)}\n` : report.text);
  return report.isSuccess ? 0 : 1;
}

function parse(args: string[]) {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        text: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [recipient] = positionals;
    if (values.help || recipient === undefined || positionals.length > 1) return undefined;
    return { recipient, url: values.url, text: values.text, json: values.json };
  } catch {
    return undefined;
  }
}

function complain(sentence: string, exitCode: number): number {
  process.stderr.write(sentence);
  return exitCode;
}
