import type { Rounds } from '../rounds.ts';
import { median } from '../statistics.ts';

export type CostSample = {
  perSecond: number;
  /** Microseconds of CPU time for one. */
  cpuUs: number;
};

/** One line for every side, with medians; the ratio is to the first. */
export function costTable(title: string, { samples, ratio }: Rounds<CostSample>): string {
  const [first = ''] = samples.keys();
  const lines = [...samples].map(([name, all]) => {
    const perSecond = Math.round(median(all.map((sample) => sample.perSecond))).toLocaleString('en-US');
    const cpuUs = Math.round(median(all.map((sample) => sample.cpuUs)));
    const times = name === first ? '' : `${ratio(name, first).median.toFixed(2)} times`;
    return `  ${name.padEnd(24)}${`${perSecond}/s`.padStart(12)}${`${cpuUs} us CPU`.padStart(14)}${times.padStart(14)}`;
  });
  return [title, ...lines, ''].join('\n');
}
