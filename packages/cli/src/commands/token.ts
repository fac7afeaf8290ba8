import { readDevState, stateFolder } from '../dev-state.ts';
import { findGatewayAuthentication } from '../gateway-authentication.ts';
import { signToken } from '../play-auth0.ts';
import { type CommandContext, type CommandResult, EX_CONFIG, EX_DATAERR } from './command.ts';

/** `token`. Only the token goes to standard output, so that a shell can assign it to a variable. */
export async function makeToken(
  { connection }: { connection: string },
  { env }: CommandContext,
): Promise<CommandResult> {
  const state = await readDevState(stateFolder(env));
  const found = findGatewayAuthentication({ env, state, connection });
  switch (found.kind) {
    case 'missing':
      return {
        exitCode: EX_CONFIG,
        output:
          'No secret to sign with: run npm start first, or set AUTH0_SECRET and AUTH0_AUDIENCE (or GATEWAY_CONFIG).\n',
      };
    case 'no_such_connection':
      return {
        exitCode: EX_DATAERR,
        output: `There is no connection ${connection}; configured: ${found.names.join(', ')}.\n`,
      };
    case 'found':
      return {
        exitCode: 0,
        output: `${await signToken(found.authentication, Date.now())}\n`,
        remark: 'Anybody who has this token can send codes through the gateway. Treat it as a secret.\n',
      };
  }
}
