import { cpus } from 'node:os';
import type { IngressSample } from './ingress.ts';
import type { Rounds } from './rounds.ts';
import { median, quantile } from './statistics.ts';
import { ANSWER_AFTER_MS, CONCURRENCY, type WorkerSample } from './worker.ts';

type Row = [name: string, ...cells: string[]];

const rate = (value: number) => Math.round(value).toLocaleString('en-US');
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

export function machineLine(redis: string): string {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, ${cpus().length} x ${cpu?.model.trim() ?? 'CPU'}, ${redis}, appendfsync always`;
}

export function ingressTable(
  { samples, ratio }: Rounds<IngressSample>,
  { title, sides }: { title: string; sides: readonly string[] } = {
    title: 'Ingress, 64 connections',
    sides: ['gateway', 'plain'],
  },
): string {
  const latency = (all: IngressSample[], q: number) =>
    `${quantile(
      all.flatMap(({ latenciesMs }) => latenciesMs),
      q,
    ).toFixed(1)} ms`;
  const row = (name: string, cell: (all: IngressSample[]) => string): Row => [
    name,
    ...sides.map((side) => cell(samples.get(side) ?? [])),
  ];
  const loadCores = median([...samples.values()].flat().map((sample) => sample.loadCores));
  return table(
    title,
    sides,
    ratio,
    [
      row('accepted requests/s', (all) => rate(median(all.map(({ perSecond }) => perSecond)))),
      row('CPU per request', (all) => `${Math.round(median(all.map(({ cpuUs }) => cpuUs)))} us`),
      row('Redis, CPU per request', (all) => `${Math.round(median(all.map(({ redisUs }) => redisUs)))} us`),
      row('latency p50', (all) => latency(all, 0.5)),
      row('latency p99', (all) => latency(all, 0.99)),
      row('memory (RSS) at most', (all) => megabytes(Math.max(...all.map(({ rssBytes }) => rssBytes)))),
      row('load generator, cores', (all) => median(all.map((sample) => sample.loadCores)).toFixed(2)),
    ],
    loadCores > 0.9 ? ['The load generator was at its limit: the ingress may be faster.'] : [],
  );
}

export function workerTable({ samples, ratio }: Rounds<WorkerSample>): string {
  const sides = ['gateway', 'plain'];
  const row = (name: string, cell: (all: WorkerSample[]) => string): Row => [
    name,
    ...sides.map((side) => cell(samples.get(side) ?? [])),
  ];
  const title = `Worker, concurrency ${CONCURRENCY}, provider answers after ${ANSWER_AFTER_MS} ms`;
  return table(title, sides, ratio, [
    row('messages/s', (all) => rate(median(all.map(({ perSecond }) => perSecond)))),
    row('CPU per message', (all) => `${Math.round(median(all.map(({ cpuUs }) => cpuUs)))} us`),
    row('Redis, CPU per message', (all) => `${Math.round(median(all.map(({ redisUs }) => redisUs)))} us`),
    row('memory (RSS) at most', (all) => megabytes(Math.max(...all.map(({ rssBytes }) => rssBytes)))),
  ]);
}

/** The last side is what the others are compared with. */
function table(
  title: string,
  sides: readonly string[],
  ratio: Rounds<never>['ratio'],
  rows: Row[],
  notes: string[] = [],
): string {
  const line = ([name, ...cells]: Row) =>
    `  ${name.padEnd(24)}${cells.map((cell) => cell.padStart(19)).join('')}`;
  const other = sides.at(-1) ?? '';
  const ratios = sides.slice(0, -1).map((one) => {
    const { median: middle, lowest, highest } = ratio(one, other);
    return `  ${one}: ${middle.toFixed(2)} times ${other} (rounds: ${lowest.toFixed(2)} to ${highest.toFixed(2)})`;
  });
  return [
    title,
    line(['', ...sides]),
    ...rows.map(line),
    ...ratios,
    ...notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}
