import { isVariable } from './setting.ts';
import type { Setting, Variable } from './setting.ts';

/** A table for each section of the settings, in Markdown. */
export function settingTables(settings: readonly Setting[]): string {
  const tables = sectionsOf(settings).map(([section, ofSection]) => {
    const rows = ofSection.map((setting) => {
      const cells = [
        setting.env === undefined ? '' : `\`${setting.env}\``,
        setting.services.join(', '),
        setting.secret === true ? 'yes' : '',
        defaultCell(setting),
        pathCell(setting),
        setting.doc,
      ];
      return `| ${cells.join(' | ')} |`;
    });
    const head = ['| variable | read by | secret | default | YAML | meaning |', '|---|---|---|---|---|---|'];
    return [`### ${section}`, '', ...head, ...rows, ''].join('\n');
  });
  return tables.join('\n');
}

/** Variables fill only the connection `default`; other settings apply to any connection. */
function pathCell({ env, path }: Setting): string {
  if (path.length === 0) return '';
  const [top, ...rest] = path;
  const shown = env === undefined && top === 'connections' ? [top, 'NAME', ...rest.slice(1)] : path;
  return `\`${shown.join('.')}\``;
}

function defaultCell({ default: otherwise = '' }: Setting): string {
  if (typeof otherwise === 'string') return otherwise === '' ? '' : `\`${otherwise}\``;
  return Object.entries(otherwise)
    .map(([service, value]) => `\`${value}\` (${service})`)
    .join(', ');
}

const HEADER = `# Copy to .env and fill in what is marked FILL IN; then: docker compose up --build
# Every secret can be given as NAME_FILE with a path instead. An empty value counts as unset.
# docs/configuration.md describes each variable, and the YAML file for several connections.
`;

/** Variables of docker-compose.yml that no process reads. */
const COMPOSE = `# --- Docker Compose ---
# Password of the Redis that Compose starts; it becomes part of a URL
# FILL IN: letters and digits (openssl rand -hex 24)
REDIS_PASSWORD=
# Images, for example of a mirror
# REDIS_IMAGE=
# PROMETHEUS_IMAGE=
# PROXY_IMAGE=
`;

/** An environment file that starts every process in containers, once the marked values are filled in. */
export function envExample(settings: readonly Setting[]): string {
  const sections = sectionsOf(settings.filter(isVariable)).map(([section, variables]) =>
    [`# --- ${section} (${readersOf(variables)}) ---`, ...variables.map(exampleOf), ''].join('\n'),
  );
  return [HEADER, ...sections, COMPOSE].join('\n');
}

function exampleOf({ env, doc, default: otherwise, fillIn, example, inContainers }: Variable): string {
  const set = inContainers ?? (typeof otherwise === 'string' ? otherwise : undefined);
  const lines = [`# ${doc}`];
  if (fillIn !== undefined) lines.push(`# FILL IN: ${fillIn}`);
  if (set !== undefined || fillIn !== undefined) lines.push(`${env}=${set ?? ''}`);
  else lines.push(`# ${env}=${example ?? ''}`);
  return lines.join('\n');
}

function readersOf(variables: readonly Variable[]): string {
  return [...new Set(variables.flatMap(({ services }) => services))].join(' and ');
}

function sectionsOf<One extends Setting>(settings: readonly One[]): [section: string, settings: One[]][] {
  const names = [...new Set(settings.map(({ section }) => section))];
  return names.map((name) => [name, settings.filter(({ section }) => section === name)]);
}
