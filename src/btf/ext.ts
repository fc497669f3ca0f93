/**
 * `.BTF.ext`: what is said of instructions. Three tables (functions, source lines, CO-RE relocations), each
 * one group of records per code section:
 *
 *     func  record size 8   | "tc" 1 record | { instruction 0, type of FUNC 'classifier' }
 *     line  record size 16  | "tc" 2 records | { instruction 0, file, text, line << 10 | column } ...
 *
 * Producers may make records longer than the fields that are known; they are cut to these on reading, so
 * that all records of a table have one form. A table of no records, as GCC 12 writes it, is fine.
 */
import { type ByteOrder, ByteView, readWords, writeWords } from '../base/bytes.ts';
import { BTF_MAGIC, KIND } from './format.ts';
import { magicFault } from './read.ts';
import type { Btf } from './types.ts';

/** The records about the code of one section. */
export interface ExtSection {
  /** The section's name, as an offset in the strings of BTF. */
  readonly section: number;
  /** Records of `RECORD_WORDS` words each, the first of which is the instruction's byte offset. */
  readonly records: Uint32Array;
  /** Of what was read: bytes from the start of .BTF.ext to the first record, and from one to the next. */
  readonly place?: { readonly offset: number; readonly stride: number };
}

/** Groups in the order of the file; a section may have several of a table. */
export interface BtfExt {
  /** { instruction offset, id of a FUNC } */
  readonly func: readonly ExtSection[];
  /** { instruction offset, file name, text of the line, line << 10 | column } */
  readonly line: readonly ExtSection[];
  /** { instruction offset, type id, access string, kind of relocation } */
  readonly core: readonly ExtSection[];
}

export type ExtTable = keyof BtfExt;

/** Words of a record. */
export const RECORD_WORDS: Readonly<Record<ExtTable, number>> = { func: 2, line: 4, core: 4 };

/** Which words of a record are string offsets, and which type ids. */
export const RECORD_STRINGS: Readonly<Record<ExtTable, readonly number[]>> = {
  func: [],
  line: [1, 2],
  core: [2],
};
export const RECORD_TYPES: Readonly<Record<ExtTable, readonly number[]>> = {
  func: [1],
  line: [],
  core: [1],
};

export const EXT_TABLES: readonly ExtTable[] = ['func', 'line', 'core'];

export const emptyExt: BtfExt = { func: [], line: [], core: [] };

export type ReadBtfExtResult =
  | { readonly ext: BtfExt; readonly fault?: undefined }
  /** What is wrong, in words; the caller names the file. */
  | { readonly ext?: undefined; readonly fault: string };

/** Bytes of a header without and with the CO-RE table. */
const SHORT_HEADER = 24;
const HEADER = 32;

/** What messages call the tables. */
const TITLE: Readonly<Record<ExtTable, string>> = {
  func: 'function info',
  line: 'line info',
  core: 'CO-RE relocations',
};

/** `btf` is that of the same object, read and valid. Every string offset and type id is checked. */
export function readBtfExt(bytes: Uint8Array, order: ByteOrder, btf: Btf): ReadBtfExtResult {
  const view = new ByteView(bytes, order);
  if (!view.has(0, SHORT_HEADER)) {
    return { fault: `it has ${view.length} bytes, fewer than a header of ${SHORT_HEADER}` };
  }
  if (view.u16(0) !== BTF_MAGIC) return { fault: magicFault(view.u16(0)) };
  if (view.u8(2) !== 1) return { fault: `its version is ${view.u8(2)}, not 1` };
  const header = view.u32(4);
  if (header < SHORT_HEADER || !view.has(0, header)) {
    return { fault: `its header claims ${header} bytes, and the section has ${view.length}` };
  }
  const tables: Record<ExtTable, readonly ExtSection[]> = { func: [], line: [], core: [] };
  for (const [index, table] of EXT_TABLES.entries()) {
    if (table === 'core' && header < HEADER) continue;
    const start = header + view.u32(8 + 8 * index);
    const size = view.u32(12 + 8 * index);
    if (size === 0) continue;
    if (!view.has(start, size)) return { fault: `${TITLE[table]}: the table runs past the end` };
    const read = readTable(bytes.subarray(start, start + size), start, order, table, btf);
    if (typeof read === 'string') return { fault: `${TITLE[table]}: ${read}` };
    tables[table] = read;
  }
  return { ext: tables };
}

/** A fault is a string. The table begins at byte `start` of .BTF.ext. */
function readTable(
  bytes: Uint8Array,
  start: number,
  order: ByteOrder,
  table: ExtTable,
  btf: Btf,
): ExtSection[] | string {
  if (bytes.length % 4 !== 0) return 'the table is not made of 32-bit words';
  const words = readWords(bytes, order);
  const size = words[0]!;
  const kept = RECORD_WORDS[table];
  if (size % 4 !== 0 || size < kept * 4) return `records of ${size} bytes`;
  const stride = size / 4;
  const sections: ExtSection[] = [];
  for (let at = 1; at < words.length; ) {
    if (at + 2 > words.length) return 'the last section is cut short';
    const section = words[at]!;
    const count = words[at + 1]!;
    at += 2;
    if (section >= btf.strings.bytes.length) return `no string at ${section} for a section's name`;
    if (count > (words.length - at) / stride) {
      return `the ${count} records of section '${btf.strings.at(section)}' run past the end`;
    }
    const end = at + count * stride;
    const records = stride === kept ? words.subarray(at, end) : cut(words, at, end, stride, kept);
    const fault = recordFault(records, table, btf);
    if (fault !== undefined) return `section '${btf.strings.at(section)}', ${fault}`;
    sections.push({ section, records, place: { offset: start + at * 4, stride: size } });
    at = end;
  }
  return sections;
}

/** The first `kept` words of each `stride`. */
function cut(
  words: Uint32Array,
  start: number,
  end: number,
  stride: number,
  kept: number,
): Uint32Array {
  const records = new Uint32Array(((end - start) / stride) * kept);
  for (let from = start, to = 0; from < end; from += stride, to += kept) {
    for (let i = 0; i < kept; i++) records[to + i] = words[from + i]!;
  }
  return records;
}

function recordFault(records: Uint32Array, table: ExtTable, btf: Btf): string | undefined {
  const width = RECORD_WORDS[table];
  const stringsEnd = btf.strings.bytes.length;
  const strings = RECORD_STRINGS[table];
  const types = RECORD_TYPES[table];
  for (let at = 0; at < records.length; at += width) {
    if (records[at]! % 8 !== 0) return `record ${at / width}: no instruction at ${records[at]}`;
    for (const column of strings) {
      const offset = records[at + column]!;
      if (offset >= stringsEnd) return `record ${at / width}: no string at ${offset}`;
    }
    for (const column of types) {
      const id = records[at + column]!;
      if (id > btf.typeCount) return `record ${at / width}: no type ${id}`;
      if (table === 'func' && btf.kind(id) !== KIND.FUNC) {
        return `record ${at / width}: type ${id} is not a function`;
      }
    }
  }
  return undefined;
}

/** With a header of 32 bytes; sections without records and tables without sections are left out. */
export function writeBtfExt(ext: BtfExt, order: ByteOrder): Uint8Array {
  const tables = EXT_TABLES.map((table) => {
    const sections = ext[table].filter(({ records }) => records.length > 0);
    const words = sections.reduce((sum, { records }) => sum + 2 + records.length, 0);
    return { width: RECORD_WORDS[table], sections, size: words === 0 ? 0 : 4 + 4 * words };
  });
  const bytes = new Uint8Array(tables.reduce((sum, { size }) => sum + size, HEADER));
  const view = new ByteView(bytes, order);
  view.setU16(0, BTF_MAGIC);
  view.setU8(2, 1);
  view.setU32(4, HEADER);
  let at = HEADER;
  for (const [index, { width, sections, size }] of tables.entries()) {
    view.setU32(8 + 8 * index, at - HEADER);
    view.setU32(12 + 8 * index, size);
    if (size === 0) continue;
    view.setU32(at, width * 4);
    at += 4;
    for (const { section, records } of sections) {
      view.setU32(at, section);
      view.setU32(at + 4, records.length / width);
      bytes.set(writeWords(records, order), at + 8);
      at += 8 + records.length * 4;
    }
  }
  return bytes;
}
