import type { Paint } from '../command.ts';
import type { NamedFinding, Status } from './finding.ts';

const MARKS: Record<Status, { mark: string; style: Parameters<Paint>[0] }> = {
  ok: { mark: '✓', style: 'green' },
  warning: { mark: '!', style: 'yellow' },
  failed: { mark: '✗', style: 'red' },
  skipped: { mark: '-', style: 'dim' },
};
const STATUS_WIDTH = 9;

/** Whether nothing failed. A warning is not a failure. */
export function isSound(findings: readonly NamedFinding[]): boolean {
  return findings.every(({ status }) => status !== 'failed');
}

/** The findings for people: one line each, and one line of advice. */
export function doctorReport(findings: readonly NamedFinding[], paint: Paint): string {
  const nameWidth = Math.max(...findings.map(({ name }) => name.length)) + 2;
  const indent = ' '.repeat(2 + STATUS_WIDTH + nameWidth);
  const lines = findings.flatMap(({ status, name, finding, advice }, index) => {
    const { mark, style } = MARKS[status];
    const isSame = findings[index - 1]?.name === name;
    const shownName = (isSame ? '' : name).padEnd(nameWidth);
    return [
      `${paint(style, `${mark} ${status.padEnd(STATUS_WIDTH)}`)}${paint('bold', shownName)}${finding}`,
      ...(advice === undefined ? [] : [`${indent}→ ${advice}`]),
    ];
  });
  return `${[...lines, '', summary(findings)].join('\n')}\n`;
}

/** The same for programs. */
export function doctorJson(findings: readonly NamedFinding[]): string {
  const checks = findings.map(({ name, status, finding, advice = null }) => ({
    name,
    status,
    finding,
    advice,
  }));
  return `${JSON.stringify({ ok: isSound(findings), checks }, null, 2)}\n`;
}

function summary(findings: readonly NamedFinding[]): string {
  const count = (wanted: Status) => findings.filter(({ status }) => status === wanted).length;
  const warnings = count('warning');
  const parts = [
    `${count('failed')} failed`,
    `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    `${count('ok')} ok`,
    `${count('skipped')} skipped`,
  ];
  return parts.join(', ');
}
