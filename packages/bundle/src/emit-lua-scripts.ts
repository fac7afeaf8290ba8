import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { composeLua } from '@sms-gateway/redis';
import type { Plugin } from 'rolldown';

const SCRIPT = /loadScript\(\s*new URL\('(\.\.\/src\/[\w-]+\.lua)', import\.meta\.url\)/g;

/** Puts each Lua script, with what it includes, where the code that loads it finds it from `dist`. */
export function emitLuaScripts(): Plugin {
  const emitted = new Map<string, string>();
  return {
    name: 'emit-lua-scripts',
    buildStart: () => emitted.clear(),
    transform: {
      filter: { code: '.lua' },
      handler(code, id) {
        for (const [, path = ''] of code.matchAll(SCRIPT)) {
          const script = new URL(path, pathToFileURL(id));
          const fileName = `src/${basename(path)}`;
          const earlier = emitted.get(fileName);
          if (earlier === script.href) continue;
          if (earlier !== undefined)
            this.error(`two scripts are called ${fileName}: ${earlier} and ${script.href}`);
          emitted.set(fileName, script.href);
          this.emitFile({
            type: 'asset',
            fileName,
            source: composeLua(readFileSync(fileURLToPath(script), 'utf8'), script),
          });
        }
      },
    },
  };
}
