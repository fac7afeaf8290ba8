const SECRET_OPTIONS = /^--?(token|api-token|client-secret|secret|new-secret|password)(=|$)/;

/** What is wrong with arguments that contain a secret; undefined if none does. */
export function secretInArguments(args: readonly string[]): string | undefined {
  const name = args.map((arg) => SECRET_OPTIONS.exec(arg)?.[1]).find((found) => found !== undefined);
  if (name === undefined) return undefined;
  return `There is no --${name}: an argument stays in the shell's history and in the process list. Change that secret if it is a real one. Set AUTH0_CLIENT_SECRET, AUTH0_API_TOKEN or AUTH0_SECRET (or NAME_FILE) instead, or wait for the prompt.`;
}
