/** Where two links of the same inputs disagree. */
export interface Difference {
  readonly aspect: Aspect;
  /** What it is about: a section, a symbol, a place in the code. */
  readonly where: string;
  /** Undefined: it is not there. */
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

export type Aspect =
  | 'verdict'
  | 'section'
  | 'bytes'
  | 'place'
  | 'symbol'
  | 'relocation'
  | 'type'
  | 'type count'
  | 'parameters'
  | 'variable'
  | 'function record'
  | 'line record'
  | 'CO-RE record'
  | 'load';

export function differenceText({ aspect, where, ours, theirs }: Difference): string {
  const side = (text: string | undefined): string => text ?? '(not there)';
  return `${aspect} ${where}: bpfld ${side(ours)}, bpftool ${side(theirs)}`;
}

/** The differences of two tables: rows that one side lacks, and rows that are not the same. */
export function compareTables(
  aspect: Aspect,
  ours: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
): Difference[] {
  const keys = new Set([...ours.keys(), ...theirs.keys()]);
  return [...keys]
    .filter((where) => ours.get(where) !== theirs.get(where))
    .map((where) => ({ aspect, where, ours: ours.get(where), theirs: theirs.get(where) }));
}

/** The differences of two multisets of rows, each a difference of its own. */
export function compareRows(
  aspect: Aspect,
  where: string,
  ours: readonly string[],
  theirs: readonly string[],
): Difference[] {
  const counts = new Map<string, number>();
  for (const row of ours) counts.set(row, (counts.get(row) ?? 0) + 1);
  for (const row of theirs) counts.set(row, (counts.get(row) ?? 0) - 1);
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(([row, count]) => ({
      aspect,
      where,
      ours: count > 0 ? row : undefined,
      theirs: count < 0 ? row : undefined,
    }));
}
