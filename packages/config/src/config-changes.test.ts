import { expect, test } from 'vitest';
import { namesOfChanges, needingRestart } from './config-changes.ts';

test('names what was added, removed and changed', () => {
  const before = [
    { name: 'same', secrets: [new Uint8Array([1])] },
    { name: 'rotated', secrets: [new Uint8Array([1])] },
    { name: 'gone', secrets: [] },
  ];
  const after = [
    { name: 'new', secrets: [] },
    { name: 'rotated', secrets: [new Uint8Array([2])] },
    { name: 'same', secrets: [new Uint8Array([1])] },
  ];
  expect(namesOfChanges(before, after)).toEqual({ added: ['new'], removed: ['gone'], changed: ['rotated'] });
});

test('names the settings that need a restart', () => {
  const before = { port: 1, redis: { url: 'a' }, screening: 'on', warnings: ['x'] };
  const after = { port: 1, redis: { url: 'b' }, screening: 'off', warnings: [] };
  expect(needingRestart(before, after, ['screening'])).toEqual(['redis']);
});
