/** The table at the end of a run. */
import type { AllowedDifference } from './allowed-differences.ts';
import type { Difference } from './difference.ts';

/** What became of one link. */
export interface Outcome {
  readonly name: string;
  readonly linked: 'by both' | 'by none' | 'by bpfld only' | 'by bpftool only';
  readonly reasons: ReadonlySet<AllowedDifference>;
  readonly unexplained: readonly Difference[];
  /** Undefined where there were not two outputs to load. */
  readonly loads: 'equal' | 'different' | undefined;
  /** How many programs libbpf loads, of how many. */
  readonly programs: readonly [loaded: number, all: number];
}

export interface Group {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}

const columns: readonly (readonly [string, (outcomes: readonly Outcome[]) => number])[] = [
  ['links', (all) => all.length],
  ['both refuse', count(({ linked }) => linked === 'by none')],
  [
    'equal',
    count(
      ({ linked, reasons, unexplained }) =>
        linked === 'by both' && reasons.size + unexplained.length === 0,
    ),
  ],
  [
    'differ, allowed',
    count(({ reasons, unexplained }) => reasons.size > 0 && unexplained.length === 0),
  ],
  ['differ', count(({ unexplained }) => unexplained.length > 0)],
  ['loads equal', count(({ loads }) => loads === 'equal')],
  ['loads differ', count(({ loads }) => loads === 'different')],
  ['programs', (all) => sum(all.map(({ programs }) => programs[1]))],
  ['loaded', (all) => sum(all.map(({ programs }) => programs[0]))],
];

function count(which: (outcome: Outcome) => boolean): (all: readonly Outcome[]) => number {
  return (all) => all.filter(which).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

export function tableText(groups: readonly Group[]): string {
  const rows = [...groups, { name: 'all', outcomes: groups.flatMap(({ outcomes }) => outcomes) }];
  const table = [
    ['', ...columns.map(([title]) => title)],
    ...rows.map(({ name, outcomes }) => [name, ...columns.map(([, of]) => `${of(outcomes)}`)]),
  ];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  '),
  );
  return [...lines, '', ...reasonLines(groups)].join('\n');
}

function reasonLines(groups: readonly Group[]): string[] {
  const counts = new Map<AllowedDifference, number>();
  for (const { outcomes } of groups) {
    for (const { reasons } of outcomes) {
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([{ name, why }, times]) => `${times} x ${name}: ${why}`);
}
