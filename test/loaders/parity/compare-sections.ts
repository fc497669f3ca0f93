/** Sections: names, attributes and bytes, apart from the tables that other comparisons read. */
import { compareTables, type Difference } from './difference.ts';
import { type Folding, movedPlace } from './folding.ts';
import { type ObjectFile, type ObjectSection, sectionNamed, sectionType } from './object-file.ts';
import type { LabelledOutput, Pair } from './output.ts';
import { referencesOf, withoutAddends } from './references.ts';

const typeIdLocal = 6;

export function compareSections(pair: Pair, folding: Folding): Difference[] {
  const { ours, theirs } = pair;
  const grown = (name: string): boolean => name === '.rodata' && folding.folded.size > 0;
  const differences = compareTables(
    'section',
    attributes(ours.file, grown),
    attributes(theirs.file, grown),
  );
  for (const { name } of contents(theirs.file)) {
    if (!sectionNamed(ours.file, name)) continue;
    const parts = grown(name)
      ? folding.parts
      : [{ start: 0, end: sectionNamed(theirs.file, name)!.bytes.length, moved: 0 }];
    const mine = comparableBytes(ours, name);
    const reference = comparableBytes(theirs, name);
    for (const { start, end } of parts) {
      const at = movedPlace(folding, { section: name, offset: start }).offset;
      const found = mine.subarray(at, at + end - start);
      differences.push(...compareBytes(`${name}+${start}`, found, reference.subarray(start, end)));
    }
  }
  return differences;
}

/** The sections that hold code and data. */
function contents({ sections }: ObjectFile): ObjectSection[] {
  return sections
    .slice(1)
    .filter(
      ({ name, type }) =>
        (type === sectionType.progbits || type === sectionType.nobits) &&
        !/^\.BTF(\.ext)?$/.test(name),
    );
}

function attributes(file: ObjectFile, grown: (name: string) => boolean): Map<string, string> {
  return new Map(
    contents(file).map(({ name, type, flags, size, align, entrySize }) => [
      name,
      grown(name)
        ? `type ${type} flags ${flags}`
        : `type ${type} flags ${flags} size ${size} align ${align} entries ${entrySize}`,
    ]),
  );
}

/** Without what a link is expected to change: addends, and the ids of types that stand in instructions. */
function comparableBytes({ file, records }: LabelledOutput, name: string): Uint8Array {
  const bytes = withoutAddends(sectionNamed(file, name)!.bytes, referencesOf(file, name));
  for (const { offset, kind } of records.core.get(name) ?? []) {
    if (kind === typeIdLocal) bytes.fill(0, offset + 4, offset + 8);
  }
  return bytes;
}

function compareBytes(where: string, ours: Uint8Array, theirs: Uint8Array): Difference[] {
  const first = theirs.findIndex((byte, i) => byte !== ours[i]);
  if (first < 0) return [];
  const hex = (bytes: Uint8Array): string =>
    Buffer.from(bytes.subarray(first - (first % 8), first - (first % 8) + 16)).toString('hex');
  const place = `${where}+${first - (first % 8)}`;
  return [{ aspect: 'bytes', where: place, ours: hex(ours), theirs: hex(theirs) }];
}
