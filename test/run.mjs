// `npm test`. The arguments are vitest's.
import { openRunFolder } from './support/run-folder.mjs';

openRunFolder();
process.argv.splice(
  2,
  0,
  'run',
  '--reporter=default',
  '--reporter=json',
  '--outputFile.json=.test-report.json',
);
await import('../node_modules/vitest/vitest.mjs');
