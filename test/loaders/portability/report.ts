/** The table at the end of a run. */
import { type Fault, faultText } from './fault.ts';
import type { Counts } from './judge.ts';
import { proofs } from './refusals.ts';
import type { Outcome } from './run.ts';

export interface Group {
  readonly profile: string;
  readonly set: string;
  readonly outcomes: readonly Outcome[];
}

const columns: readonly (readonly [string, (outcomes: readonly Outcome[]) => number])[] = [
  ['objects', (all) => all.length],
  ['for libbpf', count(({ resolved }) => resolved)],
  ['taken', count(isTaken)],
  ['refused', count(({ refusal }) => refusal !== undefined)],
  ['wrong', count(isWrong)],
  ['programs', sum('programs')],
  ['same code', sum('same')],
  ['loadable', sum('loadable')],
  ['loaded', sum('loaded')],
  ['run', sum('runnable')],
  ['equal', sum('ran')],
];

function isTaken({ resolved, refusal, unexplained }: Outcome): boolean {
  return resolved && refusal === undefined && unexplained.length === 0;
}

function isWrong({ refusal, unexplained }: Outcome): boolean {
  return unexplained.length > 0 || (refusal !== undefined && refusal.shown === undefined);
}

function count(which: (outcome: Outcome) => boolean): (all: readonly Outcome[]) => number {
  return (all) => all.filter(which).length;
}

function sum(field: keyof Counts): (all: readonly Outcome[]) => number {
  return (all) => all.reduce((total, { counts }) => total + counts[field], 0);
}

export function tableText(groups: readonly Group[]): string {
  const table = [
    ['', ...columns.map(([title]) => title)],
    ...groups.map(({ profile, set, outcomes }) => [
      `${profile} ${set}`,
      ...columns.map(([, of]) => `${of(outcomes)}`),
    ]),
  ];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  '),
  );
  const shown = Object.entries(proofs).map(([name, what]) => `${name}: ${what}`);
  return [...lines, '', ...refusalLines(groups), '', ...shown, '', ...reasonLines(groups)].join(
    '\n',
  );
}

function refusalLines(groups: readonly Group[]): string[] {
  return tally(
    groups.flatMap(({ profile, outcomes }) =>
      outcomes.flatMap(({ refusal }) => {
        if (refusal === undefined) return [];
        const { codes, shown } = refusal;
        return [`${profile} refused by ${codes.join(', ')}: ${shown ?? 'not shown'}`];
      }),
    ),
  );
}

function reasonLines(groups: readonly Group[]): string[] {
  return tally(
    groups.flatMap(({ outcomes }) =>
      outcomes.flatMap(({ reasons }) => [...reasons].map(({ name, why }) => `${name}: ${why}`)),
    ),
  );
}

function tally(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([line, times]) => `${times} x ${line}`);
}

/** What a test expects to be nothing. */
export function wrongLines(outcomes: readonly Outcome[]): string[] {
  return outcomes.filter(isWrong).flatMap(({ name, refusal, unexplained }) => {
    if (refusal !== undefined) {
      return [`${name}: refused by ${refusal.codes.join(', ')}, and the loader takes it`];
    }
    return unexplained.slice(0, 3).map((fault: Fault) => `${name}: ${faultText(fault)}`);
  });
}
