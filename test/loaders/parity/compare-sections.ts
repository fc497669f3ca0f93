/** Sections: names, attributes and bytes, apart from the tables that other comparisons read. */
import { compareTables, type Difference } from './difference.ts';
import { type ObjectFile, type ObjectSection, sectionNamed, sectionType } from './object-file.ts';
import type { LabelledOutput } from './output.ts';
import type { Placement } from './placement.ts';
import { referencesOf, withoutAddends } from './references.ts';

/** BPF_CORE_TYPE_ID_LOCAL, BPF_CORE_TYPE_ID_TARGET. */
const typeIds: readonly number[] = [6, 7];

export function compareSections(placement: Placement): Difference[] {
  const { ours, theirs } = placement.pair;
  return [
    ...compareTables(
      'section',
      attributes(ours.file, placement),
      attributes(theirs.file, placement),
    ),
    ...contents(theirs.file).flatMap(({ name }) => comparePlacedBytes(placement, name)),
  ];
}

function comparePlacedBytes(placement: Placement, section: string): Difference[] {
  const { ours, theirs } = placement.pair;
  if (!sectionNamed(ours.file, section)) return [];
  const mine = comparableBytes(ours, section);
  const reference = comparableBytes(theirs, section);
  return (placement.parts.get(section) ?? []).flatMap((part) => {
    const expected = reference.subarray(part.start, part.end);
    const move = placement.moveOf(part);
    if (move === undefined) return []; // left out
    const found = mine.subarray(part.start + move, part.end + move);
    const dead = !placement.isKnown(part) && Buffer.from(mine).includes(Buffer.from(expected));
    return dead ? [] : compareBytes(`${section}+${part.start}`, found, expected);
  });
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

/** The size is that of the parts, so it is not compared where these differ. */
function attributes(file: ObjectFile, placement: Placement): Map<string, string> {
  return new Map(
    contents(file)
      .filter(({ name }) => !placement.isFolding(name))
      .map(({ name, type, flags, size, align, entrySize }) => [
        name,
        placement.differs(name)
          ? `type ${type} flags ${flags}`
          : `type ${type} flags ${flags} size ${size} align ${align} entries ${entrySize}`,
      ]),
  );
}

/** Without what a link is expected to change: addends, and the ids of types that stand in instructions. */
function comparableBytes({ file, records }: LabelledOutput, name: string): Uint8Array {
  const bytes = withoutAddends(sectionNamed(file, name)!.bytes, referencesOf(file, name));
  for (const { offset, kind } of records.core.get(name) ?? []) {
    if (typeIds.includes(kind)) bytes.fill(0, offset + 4, offset + 8);
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
