import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const SLOWEST = 10;

const [file] = process.argv.slice(2);
if (!existsSync(file)) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const { numPassedTests, numFailedTests, testResults, startTime } = JSON.parse(readFileSync(file, 'utf8'));

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
const endTime = Math.max(...testResults.map((result) => result.endTime));
console.log(`The tests took ${seconds(endTime - startTime)}. The slowest files:`);
for (const { name, startTime: from, endTime: to } of testResults
  .toSorted((one, other) => other.endTime - other.startTime - (one.endTime - one.startTime))
  .slice(0, SLOWEST))
  console.log(`${seconds(to - from).padStart(9)}  ${relative(process.cwd(), name)}`);

// A file that fails before its first test has no failed test in it.
const failedFiles = testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
).length;
const failed = numFailedTests + failedFiles;
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exit(failed === 0 && numPassedTests > 0 ? 0 : 1);
