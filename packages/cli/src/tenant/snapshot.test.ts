import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSnapshot } from './snapshot.ts';

test('a file from before providers were saved is read in the current format', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  try {
    const shared = {
      kind: 'action',
      domain: 'acme.eu.auth0.com',
      savedAt: '2026-01-01T00:00:00.000Z',
      trigger: 'custom-phone-provider',
      name: 'Theirs',
    };
    const version = { code: '// theirs', runtime: 'node18', dependencies: [] };
    const file = join(folder, 'saved.json');
    await writeFile(file, JSON.stringify({ ...shared, id: 'act_1', ...version }));
    expect(await readSnapshot(file)).toEqual({
      ...shared,
      action: { id: 'act_1', name: 'Theirs', deployed: version },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
