import { expect, test } from 'vitest';
import { createConfigSource } from './config-source.ts';

function setup(files: Record<string, string | undefined>) {
  const readFile = (path: string) => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return content;
  };
  const source = createConfigSource((read) => read('main').split(',').map(read), readFile);
  return { files, source };
}

test('loads the present content of the files', () => {
  const { files, source } = setup({ main: 'a', a: '1', b: '2' });
  expect(source.load()).toEqual(['1']);
  files['main'] = 'a,b';
  expect(source.load()).toEqual(['1', '2']);
});

test('reports a change at the second look with the same content', () => {
  const { files, source } = setup({ main: 'a', a: '1' });
  source.load();
  expect([source.hasChanged(), source.hasChanged()]).toEqual([false, false]);
  files['main'] = 'a ';
  expect(source.hasChanged()).toBe(false);
  files['main'] = 'a, ';
  expect(source.hasChanged()).toBe(false);
  expect(source.hasChanged()).toBe(true);
});

test('watches every file that was read, not only the first', () => {
  const { files, source } = setup({ main: 'a', a: '1' });
  source.load();
  files['a'] = '2';
  expect([source.hasChanged(), source.hasChanged()]).toEqual([false, true]);
});

test('reports a deleted file, but not one that comes back unchanged', () => {
  const { files, source } = setup({ main: 'a', a: '1' });
  source.load();
  files['a'] = undefined;
  expect([source.hasChanged(), source.hasChanged()]).toEqual([false, true]);
  files['a'] = '1';
  expect(source.hasChanged()).toBe(false);
});

test('does not report refused content again', () => {
  const { files, source } = setup({ main: 'a', a: '1' });
  source.load();
  files['main'] = 'missing';
  expect([source.hasChanged(), source.hasChanged()]).toEqual([false, true]);
  expect(() => source.load()).toThrow('no such file');
  expect([source.hasChanged(), source.hasChanged()]).toEqual([false, false]);
  files['missing'] = 'here now';
  expect([source.hasChanged(), source.hasChanged()]).toEqual([false, true]);
});
