import { cpus, loadavg } from 'node:os';
import { showNumber } from './show-number.ts';
import { medianOf, ratioOf, type Rounds } from './rounds.ts';

export function machineLine(redis: string): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return (
    `Node ${process.versions.node}, ${cpus().length} x ${cpu?.model.trim() ?? 'CPU'}, ${redis}, ` +
    `appendfsync always; load average before: ${load}`
  );
}

/**
 * A Markdown table of medians, with a line for each figure and a column for each side. With a base, each cell also says
 * how many times the base's figure it is: the median of the rounds' ratios, the lowest and the highest.
 */
export function table(title: string, rounds: Rounds, base?: string): string {
  const sides = [...rounds.keys()];
  const figures = [...new Set([...rounds.values()].flat().flatMap((measured) => Object.keys(measured)))];
  const cell = (side: string, figure: string): string => {
    const value = medianOf(rounds, side, figure);
    if (Number.isNaN(value)) return '';
    if (base === undefined || side === base) return showNumber(value);
    const { median, lowest, highest } = ratioOf(rounds, figure, side, base);
    if (Number.isNaN(median)) return showNumber(value);
    const range = lowest === highest ? '' : `; ${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
    return `${showNumber(value)} (x ${median.toFixed(2)}${range})`;
  };
  return markdownTable(
    [title, ...sides],
    figures.map((figure) => [figure, ...sides.map((side) => cell(side, figure))]),
  );
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ''].join('\n');
}
