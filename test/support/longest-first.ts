import { readFileSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What starts processes: services, topologies of Redis, a browser, a run of the tests. */
const STARTS_PROCESSES = /startGatewayProcesses|(Ingress|Worker)Process\(|\/topology\/|openPage|\bspawn\(/;

/**
 * Begins with the files that start processes, since they take longest, and a run ends with its last file. Vitest by
 * itself knows how long a file took only on a machine that has run it before.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      STARTS_PROCESSES.test(readFileSync(moduleId, 'utf8')) ? 0 : 1;
    // oxlint-disable-next-line unicorn/no-array-sort -- The sequencer's method, not an array's.
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => isLong(one) - isLong(other));
  }
}
