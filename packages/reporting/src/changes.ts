import { bucketsOf, type Counts, labelsOf, total, undelivered } from './counts.ts';
import { quantileOf } from './quantile.ts';

/** Fewer attempts, messages or receipts than this make a ratio meaningless. */
const ENOUGH = 20;
/** The least change of a ratio that is reported, as a fraction of 1. */
const MOVED = 0.05;

/** What changed between the two hours, in sentences, the most important first. */
export function changesBetween(before: Counts, after: Counts): string[] {
  return [
    ...providerChanges(before, after),
    ...arrivalChanges(before, after),
    ...latencyChanges(before, after),
    ...countryChanges(before, after),
    ...refusalChanges(before, after),
  ];
}

const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`;

function providerChanges(before: Counts, after: Counts): string[] {
  const failing = (counts: Counts, provider: string) => {
    const all = total(counts, 'attempt', provider);
    const taken = total(counts, 'attempt', provider, undefined, 'accepted');
    return { all, ratio: all === 0 ? 0 : (all - taken) / all };
  };
  return labelsOf(after, 'attempt', 0).flatMap((provider) => {
    const [was, is] = [failing(before, provider), failing(after, provider)];
    if (is.all < ENOUGH || Math.abs(is.ratio - was.ratio) < MOVED) return [];
    if (was.all < ENOUGH)
      return [`${provider}: ${percent(is.ratio)} of the attempts fail; it was hardly used the hour before.`];
    return [`${provider}: ${percent(is.ratio)} of the attempts fail, ${percent(was.ratio)} the hour before.`];
  });
}

function arrivalChanges(before: Counts, after: Counts): string[] {
  const arriving = (counts: Counts, provider: string) => {
    const delivered = total(counts, 'receipt', provider, undefined, 'delivered');
    const all = delivered + undelivered(counts, provider);
    return { all, ratio: all === 0 ? 0 : delivered / all };
  };
  return labelsOf(before, 'receipt', 0).flatMap((provider) => {
    const [was, is] = [arriving(before, provider), arriving(after, provider)];
    const sent = total(after, 'attempt', provider, undefined, 'accepted');
    if (was.all >= ENOUGH && is.all === 0 && sent >= ENOUGH) {
      return [`${provider}: delivery receipts have stopped, although it accepted ${sent} messages.`];
    }
    if (was.all < ENOUGH || is.all < ENOUGH || Math.abs(is.ratio - was.ratio) < MOVED) return [];
    return [
      `${provider}: ${percent(is.ratio)} of its messages arrive, ${percent(was.ratio)} the hour before.`,
    ];
  });
}

function latencyChanges(before: Counts, after: Counts): string[] {
  const slow = (counts: Counts) => quantileOf(bucketsOf(counts, 'to_sent'), 0.95) ?? 0;
  const [was, is] = [slow(before), slow(after)];
  const isRelevant = total(after, 'outcome', undefined, 'sent') >= ENOUGH && was > 0 && is > 1000;
  if (!isRelevant || is < 2 * was) return [];
  return [
    `Codes are sent later: 95 % within ${(is / 1000).toFixed(1)} s, ${(was / 1000).toFixed(1)} s the hour before.`,
  ];
}

function countryChanges(before: Counts, after: Counts): string[] {
  return labelsOf(after, 'accepted', 0).flatMap((country) => {
    const [was, is] = [total(before, 'accepted', country), total(after, 'accepted', country)];
    if (is < 5 * ENOUGH || is < 3 * was) return [];
    return [`${country}: ${is} messages were accepted, ${was} the hour before.`];
  });
}

function refusalChanges(before: Counts, after: Counts): string[] {
  return labelsOf(after, 'refused', 0).flatMap((problem) => {
    const [was, is] = [total(before, 'refused', problem), total(after, 'refused', problem)];
    if (is < ENOUGH || is < 3 * was) return [];
    return [`${is} requests were refused for ${problem.replaceAll('_', ' ')}, ${was} the hour before.`];
  });
}
