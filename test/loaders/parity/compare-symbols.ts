/** Symbols, as a multiset; those that only stand for a section or a source file are left out. */
import { compareRows, type Difference } from './difference.ts';
import { type Folding, movedPlace } from './folding.ts';
import { type ObjectFile, type ObjectSymbol, symbolType } from './object-file.ts';
import type { Pair } from './output.ts';

export function compareSymbols({ ours, theirs }: Pair, folding: Folding): Difference[] {
  const same = (place: Parameters<typeof movedPlace>[1]): typeof place => place;
  const rows = (file: ObjectFile, move: typeof same): string[] =>
    file.symbols
      .slice(1)
      .filter(({ type }) => type !== symbolType.section && type !== symbolType.file)
      .map((symbol) => row(file, symbol, move));
  return compareRows(
    'symbol',
    'table',
    rows(ours.file, same),
    rows(theirs.file, (place) => movedPlace(folding, place)),
  );
}

function row(
  { sections }: ObjectFile,
  { name, type, binding, visibility, section, value, size }: ObjectSymbol,
  move: (place: { section: string; offset: number }) => { section: string; offset: number },
): string {
  const home = section === 0 ? 'UND' : (sections[section]?.name ?? `#${section}`);
  const { offset } = move({ section: home, offset: value });
  return `${name} in ${home} at ${offset} size ${size} type ${type} binding ${binding} visibility ${visibility}`;
}
