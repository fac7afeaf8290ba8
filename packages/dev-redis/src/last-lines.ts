import { readFile } from 'node:fs/promises';

/** The last lines of a log file that are not blank; none if it cannot be read. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
}
