import { cpus } from 'node:os';
import type { IngressSample } from './ingress.ts';
import type { Rounds } from './rounds.ts';
import { median, quantile } from './statistics.ts';
import { ANSWER_AFTER_MS, CONCURRENCY, type WorkerSample } from './worker.ts';

type Row = [name: string, gateway: string, plain: string];

const rate = (value: number) => Math.round(value).toLocaleString('en-US');
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

export function machineLine(redis: string): string {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, ${cpus().length} x ${cpu?.model.trim() ?? 'CPU'}, ${redis}, appendfsync always`;
}

export function ingressTable(
  { samples, ratio }: Rounds<IngressSample>,
  { title, sides }: { title: string; sides: [string, string] } = {
    title: 'Ingress, 64 connections',
    sides: ['gateway', 'plain'],
  },
): string {
  const latency = (all: IngressSample[], q: number) =>
    `${quantile(
      all.flatMap(({ latenciesMs }) => latenciesMs),
      q,
    ).toFixed(1)} ms`;
  const [gateway, plain] = [samples.get(sides[0]) ?? [], samples.get(sides[1]) ?? []];
  const row = (name: string, cell: (all: IngressSample[]) => string): Row => [
    name,
    cell(gateway),
    cell(plain),
  ];
  const loadCores = median([...gateway, ...plain].map((sample) => sample.loadCores));
  return table(
    title,
    sides,
    ratio(...sides),
    [
      row('accepted requests/s', (all) => rate(median(all.map(({ perSecond }) => perSecond)))),
      row('CPU per request', (all) => `${Math.round(median(all.map(({ cpuUs }) => cpuUs)))} us`),
      row('latency p50', (all) => latency(all, 0.5)),
      row('latency p99', (all) => latency(all, 0.99)),
      row('memory (RSS) at most', (all) => megabytes(Math.max(...all.map(({ rssBytes }) => rssBytes)))),
      row('load generator, cores', (all) => median(all.map((sample) => sample.loadCores)).toFixed(2)),
    ],
    loadCores > 0.9 ? ['The load generator was at its limit: the ingress may be faster.'] : [],
  );
}

export function workerTable({ samples, ratio }: Rounds<WorkerSample>): string {
  const { gateway, plain } = sidesOf(samples);
  const row = (name: string, cell: (all: WorkerSample[]) => string): Row => [
    name,
    cell(gateway),
    cell(plain),
  ];
  const title = `Worker, concurrency ${CONCURRENCY}, provider answers after ${ANSWER_AFTER_MS} ms`;
  return table(title, ['gateway', 'plain'], ratio('gateway', 'plain'), [
    row('messages/s', (all) => rate(median(all.map(({ perSecond }) => perSecond)))),
    row('CPU per message', (all) => `${Math.round(median(all.map(({ cpuUs }) => cpuUs)))} us`),
    row('memory (RSS) at most', (all) => megabytes(Math.max(...all.map(({ rssBytes }) => rssBytes)))),
  ]);
}

function sidesOf<Sample>(samples: Map<string, Sample[]>): { gateway: Sample[]; plain: Sample[] } {
  return { gateway: samples.get('gateway') ?? [], plain: samples.get('plain') ?? [] };
}

function table(
  title: string,
  sides: [string, string],
  { median: middle, lowest, highest }: { median: number; lowest: number; highest: number },
  rows: Row[],
  notes: string[] = [],
): string {
  const line = ([name, ...cells]: Row) =>
    `  ${name.padEnd(24)}${cells.map((cell) => cell.padStart(15)).join('')}`;
  return [
    title,
    line(['', ...sides]),
    ...rows.map(line),
    `  ${middle.toFixed(2)} times ${sides[1]} (rounds: ${lowest.toFixed(2)} to ${highest.toFixed(2)})`,
    ...notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}
