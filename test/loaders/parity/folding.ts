/**
 * Where libbpf.ld moved read-only data.
 *
 * The reference leaves `.rodata.str1.1` and `.rodata.cst16` as they are, and libbpf makes a map of each. bpfld
 * lays them into `.rodata` behind the same file's `.rodata`, equal ones once. So in a link of several objects a
 * later file's `.rodata` may start elsewhere:
 *
 *     bpftool  .rodata = a.o b.o      .rodata.str1.1 = a.o b.o
 *     bpfld    .rodata = a.o, a.o's strings, b.o, b.o's strings
 *
 * What moved is learned, not assumed: the first reference or symbol into a file's `.rodata` says by how much the
 * file's part has moved, and all others, its variables and its bytes have to agree. A folded constant has to
 * be found, byte for byte, at every reference to it.
 */
import { type ObjectFile, sectionNamed } from './object-file.ts';
import type { Pair } from './output.ts';
import { type Place, referencesOf } from './references.ts';

export interface Part {
  readonly start: number;
  readonly end: number;
  /** By how much bpfld moved it; undefined where nothing told. */
  moved: number | undefined;
}

export interface Folding {
  /** The sections of the reference's output that bpfld laid into `.rodata`. */
  readonly folded: ReadonlySet<string>;
  /** The inputs' parts of `.rodata`; none where nothing was folded. */
  readonly parts: readonly Part[];
}

const constants = '.rodata';

export function findFolding(inputs: readonly ObjectFile[], { ours, theirs }: Pair): Folding {
  const folded = new Set(
    theirs.file.sections
      .map(({ name }) => name)
      .filter((name) => /^\.rodata\.(str|cst)\d/.test(name) && !sectionNamed(ours.file, name)),
  );
  if (folded.size === 0) return { folded, parts: [] };
  const parts = partsOf(inputs);
  for (const [mine, reference] of correspondingPlaces({ ours, theirs })) {
    if (mine.section !== constants || reference.section !== constants) continue;
    const part = partAt(parts, reference.offset);
    if (part !== undefined) part.moved ??= mine.offset - reference.offset;
  }
  return { folded, parts };
}

/** How the reference puts the inputs' sections one after the other. */
function partsOf(inputs: readonly ObjectFile[]): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const input of inputs) {
    for (const { name, size, align } of input.sections) {
      if (name !== constants) continue;
      const start = Math.ceil(end / align) * align;
      end = start + size;
      parts.push({ start, end, moved: undefined });
    }
  }
  return parts;
}

function partAt(parts: readonly Part[], offset: number): Part | undefined {
  return parts.find(({ start, end }) => start <= offset && offset < end);
}

/** Places that have to be the same: the targets of the same reference, the values of the same symbol. */
function* correspondingPlaces({ ours, theirs }: Pair): Iterable<readonly [Place, Place]> {
  for (const section of theirs.file.relocations.keys()) {
    if (!sectionNamed(ours.file, section)) continue;
    const mine = new Map(referencesOf(ours.file, section).map((one) => [one.at, one.to]));
    for (const { at, to } of referencesOf(theirs.file, section)) {
      const place = mine.get(at);
      if (place !== undefined) yield [place, to];
    }
  }
  const values = new Map(places(ours.file));
  for (const [name, place] of places(theirs.file)) {
    const mine = values.get(name);
    if (mine !== undefined) yield [mine, place];
  }
}

/** The named places of the constants, by name; those of local symbols only where the name is used once. */
function places(file: ObjectFile): [string, Place][] {
  const found = new Map<string, Place | undefined>();
  for (const { name, section, value } of file.symbols) {
    if (file.sections[section]?.name !== constants || name === constants) continue;
    found.set(name, found.has(name) ? undefined : { section: constants, offset: value });
  }
  return [...found].filter((entry): entry is [string, Place] => entry[1] !== undefined);
}

/** Where a place of the reference's output is in ours. A part of which nothing is known stays. */
export function movedPlace({ parts }: Folding, { section, offset }: Place): Place {
  if (section !== constants) return { section, offset };
  return { section, offset: offset + (partAt(parts, offset)?.moved ?? 0) };
}

/** Whether what the reference has at `theirs`, in a folded section, stands at `ours`. */
export function sameConstant(pair: Pair, ours: Place, theirs: Place): boolean {
  const section = sectionNamed(pair.theirs.file, theirs.section)!;
  const end = theirs.section.startsWith('.rodata.str')
    ? section.bytes.indexOf(0, theirs.offset) + 1
    : theirs.offset + section.entrySize - (theirs.offset % section.entrySize);
  const expected = section.bytes.subarray(theirs.offset, end);
  const found = sectionNamed(pair.ours.file, ours.section)?.bytes ?? new Uint8Array();
  return Buffer.from(expected).equals(found.subarray(ours.offset, ours.offset + expected.length));
}
