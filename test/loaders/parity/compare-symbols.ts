/** Symbols, as a multiset; those that only stand for a section or a source file are left out. */
import { compareRows, type Difference } from './difference.ts';
import { type ObjectFile, type ObjectSymbol, symbolType } from './object-file.ts';
import type { Placement } from './placement.ts';
import type { Place } from './references.ts';

type Move = (place: Place) => Place | undefined;

export function compareSymbols(placement: Placement): Difference[] {
  const { ours, theirs } = placement.pair;
  return compareRows(
    'symbol',
    'table',
    rows(ours.file, (place) => place),
    rows(theirs.file, (place) => placement.moved(place)),
  );
}

function rows(file: ObjectFile, move: Move): string[] {
  return file.symbols
    .slice(1)
    .filter(({ type }) => type !== symbolType.section && type !== symbolType.file)
    .map((symbol) => row(file, symbol, move));
}

function row(
  { sections }: ObjectFile,
  { name, type, binding, visibility, section, value, size }: ObjectSymbol,
  move: Move,
): string {
  const home = section === 0 ? 'UND' : (sections[section]?.name ?? `#${section}`);
  const offset = move({ section: home, offset: value })?.offset ?? `${value}, left out`;
  return `${name} in ${home} at ${offset} size ${size} type ${type} binding ${binding} visibility ${visibility}`;
}
