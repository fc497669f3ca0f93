/**
 * Says which section of code each record of .BTF.ext is about.
 *
 * Records name their section by its name, which is enough as long as an object has one section of the
 * name. With -fno-unique-section-names it has several, `.text` for each function, and only the relocation
 * of each record's instruction offset tells them apart.
 */
import { ByteView } from '../base/bytes.ts';
import {
  type BtfExt,
  EXT_TABLES,
  type ExtSection,
  type ExtTable,
  RECORD_WORDS,
} from '../btf/ext.ts';
import type { Btf } from '../btf/types.ts';
import { REL_SIZE } from '../elf/constants.ts';
import { type InputFile, type InputSection, isExecutable } from './input.ts';
import type { SectionRecords } from './types.ts';

export function bindRecords(
  file: InputFile,
  btf: Btf,
  ext: BtfExt,
): Map<InputSection, SectionRecords> {
  const bound = new Map<InputSection, Record<ExtTable, Uint32Array[]>>();
  const add = (section: InputSection, table: ExtTable, records: Uint32Array): void => {
    const known = bound.get(section) ?? { func: [], line: [], core: [] };
    bound.set(section, known);
    known[table].push(inOrder(records, RECORD_WORDS[table]));
  };
  const byName = sectionsByName(file);
  let places: ReadonlyMap<number, InputSection> | undefined;
  for (const table of EXT_TABLES) {
    for (const group of ext[table]) {
      const [section, ...others] = byName.get(btf.strings.at(group.section)) ?? [];
      if (section === undefined) continue;
      if (others.length === 0) {
        add(section, table, group.records);
        continue;
      }
      places ??= relocatedPlaces(file);
      for (const [own, records] of split(group, RECORD_WORDS[table], places)) {
        add(own, table, records);
      }
    }
  }
  return bound;
}

/** By instruction, as compilers write them; those of one instruction stay as they are. */
function inOrder(records: Uint32Array, width: number): Uint32Array {
  let isSorted = true;
  for (let at = width; at < records.length; at += width) {
    isSorted &&= records[at - width]! <= records[at]!;
  }
  if (isSorted) return records;
  const rows = Array.from({ length: records.length / width }, (_, row) =>
    records.subarray(row * width, (row + 1) * width),
  );
  rows.sort((a, b) => a[0]! - b[0]!);
  const sorted = new Uint32Array(records.length);
  for (const [row, words] of rows.entries()) sorted.set(words, row * width);
  return sorted;
}

function sectionsByName(file: InputFile): Map<string, InputSection[]> {
  const byName = new Map<string, InputSection[]>();
  for (const section of file.sections) {
    if (section === undefined || !isExecutable(section)) continue;
    const known = byName.get(section.name);
    if (known === undefined) byName.set(section.name, [section]);
    else known.push(section);
  }
  return byName;
}

/** The section that the word at each relocated byte of .BTF.ext counts from. */
function relocatedPlaces(file: InputFile): Map<number, InputSection> {
  const places = new Map<number, InputSection>();
  if (file.btfExtRelocations === undefined) return places;
  const view = new ByteView(file.btfExtRelocations, file.order);
  for (let at = 0; view.has(at, REL_SIZE); at += REL_SIZE) {
    const section = file.symbols[view.high32(at + 8)]?.section;
    if (section !== undefined) places.set(view.size(at), section);
  }
  return places;
}

/** The records of each section; of those without a relocation nobody knows what they are about. */
function split(
  { records, place }: ExtSection,
  width: number,
  places: ReadonlyMap<number, InputSection>,
): Map<InputSection, Uint32Array> {
  const words = new Map<InputSection, number[]>();
  for (let i = 0; i * width < records.length; i++) {
    const section = place && places.get(place.offset + i * place.stride);
    if (section === undefined) continue;
    const own = words.get(section) ?? [];
    words.set(section, own);
    own.push(...records.subarray(i * width, (i + 1) * width));
  }
  return new Map([...words].map(([section, own]) => [section, Uint32Array.from(own)]));
}
