import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CommandResult } from './command.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** The words that may follow a command, such as `auth0 connect`; the empty path is `gateway` itself. */
type Place = { path: string; words: string[] };

/**
 * A script that completes `gateway` in a shell. It contains every word, so that Tab starts no process. If there is no
 * program of that name, it defines a function that runs `npm run gateway` in this clone.
 */
export function completionScript(shell: Shell, program: CommandUnknownOpts, root: string): CommandResult {
  const places = placesOf(program, '');
  const script = shell === 'fish' ? fish(places, root) : bash(places, root, shell);
  return { exitCode: 0, output: script };
}

function placesOf(command: CommandUnknownOpts, path: string): Place[] {
  const children = command.commands.filter((child) => child.name() !== 'help');
  const options = command.options.flatMap((option) => [option.long ?? '', ...(option.argChoices ?? [])]);
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  const words = [...children.map((child) => child.name()), ...choices, ...options, '--help'];
  return [
    { path, words: words.filter((word) => word !== '') },
    ...children.flatMap((child) => placesOf(child, `${path} ${child.name()}`.trim())),
  ];
}

function bash(places: Place[], root: string, shell: 'bash' | 'zsh'): string {
  const cases = places.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`);
  const parents = places.map(({ path }) => `'${path}'`).join('|');
  return `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}type gateway >/dev/null 2>&1 || gateway() { npm run --silent --prefix '${root}' gateway -- "$@"; }
_gateway() {
  local path='' next words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in ${parents}) path="$next" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _gateway gateway
`;
}

function fish(places: Place[], root: string): string {
  const lines = places.map(({ path, words }) => {
    const seen = path === '' ? 'test (count (commandline -opc)) -eq 1' : seenInOrder(path, places);
    return `complete -c gateway -n '${seen}' -a '${words.join(' ')}'`;
  });
  return `type -q gateway; or function gateway; npm run --silent --prefix '${root}' gateway -- $argv; end
${lines.join('\n')}
`;
}

/** True after the words of this path, and before those of a longer one. */
function seenInOrder(path: string, places: Place[]): string {
  const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = places.flatMap((place) =>
    place.path.startsWith(`${path} `) ? place.path.slice(path.length + 1) : [],
  );
  return [
    ...seen,
    ...(below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`]),
  ].join('; and ');
}
