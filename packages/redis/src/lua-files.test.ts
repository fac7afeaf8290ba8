import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { composeLua, composeScript } from './lua-files.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const files = ['packages', 'services'].flatMap((folder) =>
  readdirSync(join(root, folder)).flatMap((name) => luaIn(join(root, folder, name, 'src'))),
);
/** Those that Redis is sent; the others are included in them. */
const scripts = files.filter((file) => readFileSync(file, 'utf8').includes('\n-- ANSWER\n'));

test('there are scripts to look at', () => {
  expect(scripts.length).toBeGreaterThan(5);
  expect(files.length).toBeGreaterThan(scripts.length);
});

describe.each(scripts.map((file) => [basename(file), file]))('%s', (_, file) => {
  const source = readFileSync(file, 'utf8');
  const { keyNames, argNames } = composeScript(pathToFileURL(file));
  const used = (table: string) => {
    const names = [...source.matchAll(new RegExp(`(?<![.\\w])${table}\\.(\\w+)`, 'g'))].map(
      ([, name]) => name ?? '',
    );
    return inOrder([...new Set(names)]);
  };

  test('says what it does, and names exactly the keys and arguments that it uses', () => {
    expect(source).toMatch(/^-- [A-Z]/);
    expect(used('keys')).toEqual(inOrder(keyNames));
    expect(used('args')).toEqual(inOrder(argNames));
  });

  test('addresses nothing by its position', () => {
    expect(source).not.toMatch(/\b(KEYS|ARGV)\[/);
  });
});

test('what several files include is in the script once', () => {
  const { lua } = composeScript(pathToFileURL(join(root, 'packages/delivery/src/accept.lua')));
  expect(lua.split('local function is_in_force(')).toHaveLength(2);
  expect(lua.split('local PARTS =')).toHaveLength(2);
});

test('an include that is not there is an error that names it', () => {
  expect(() => composeLua('--- @include "./nothing.lua"', new URL(import.meta.url))).toThrow(/nothing\.lua/);
});

const version = spawnSync('luacheck', ['--version']);

test.skipIf(version.error !== undefined)(
  'luacheck finds nothing (skipped where it is not installed: apt-get install lua-check)',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'sms-gateway-lua-'));
    try {
      const composed = scripts.map((file) => {
        const path = join(directory, basename(file));
        // Without the generated first line.
        writeFileSync(path, composeScript(pathToFileURL(file)).lua.replace(/^.*\n/, ''));
        return path;
      });
      // 211: a script need not use all that it includes.
      const { status, stdout } = spawnSync(
        'luacheck',
        ['--std', 'lua51', '--read-globals', 'redis', 'cjson', 'struct', 'cmsgpack', 'keys', 'args'].concat([
          '--ignore',
          '211',
          '--max-line-length',
          '130',
          '--no-color',
          '--codes',
          '--',
          ...composed,
        ]),
        { encoding: 'utf8' },
      );
      expect(stdout).toContain('0 warnings');
      expect(status).toBe(0);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);

function luaIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.lua'))
    .map((name) => join(directory, name));
}

function inOrder(names: string[]): string[] {
  return names.toSorted((a, b) => a.localeCompare(b));
}
