/**
 * Writes an ELF64 BPF relocatable object (ELF gABI).
 *
 * What loaders and tools insist on, and this file therefore settles:
 * - local symbols come first and `.symtab`'s `sh_info` is the first global one;
 * - one `.rel` section per relocated section, linked to the symbol table, SHF_INFO_LINK set;
 * - `.symtab` and `.strtab` come last and are never empty: tc's loader gives up on an object whose last
 *   section header has no bytes (TC-002);
 * - section indexes from 0xff00 on go through `.symtab_shndx` and section 0.
 */
import { alignUp, type ByteOrder, ByteView, encodeUtf8 } from '../base/bytes.ts';
import {
  EHDR_SIZE,
  ELFCLASS64,
  ELFDATA2LSB,
  ELFDATA2MSB,
  EM_BPF,
  ET_REL,
  REL_SIZE,
  SHDR_SIZE,
  SHF,
  SHN,
  SHT,
  STB,
  SYM_SIZE,
} from './constants.ts';
import type { SymbolPlace } from './types.ts';

export interface ImageRelocation {
  /** Byte offset in the section. */
  readonly offset: number;
  readonly type: number;
  readonly symbol: ImageSymbol;
}

export interface ImageSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly entsize: number;
  /** In bytes; for NOBITS there are no `bytes`. */
  readonly size: number;
  readonly bytes: Uint8Array | undefined;
  readonly relocations: readonly ImageRelocation[];
}

export interface ImageSymbol {
  readonly name: string;
  readonly binding: number;
  readonly type: number;
  readonly visibility: number;
  readonly place: SymbolPlace;
  /** The defining section where `place` is `section`. */
  readonly section: ImageSection | undefined;
  readonly value: number;
  readonly size: number;
}

export interface Image {
  readonly order: ByteOrder;
  readonly sections: readonly ImageSection[];
  /** In any order; the writer puts locals first and keeps the order otherwise. */
  readonly symbols: readonly ImageSymbol[];
}

/** A string table under construction; equal strings share one entry. */
class StringTable {
  readonly #offsets = new Map<string, number>([['', 0]]);
  readonly #parts: Uint8Array[] = [new Uint8Array(1)];
  #size = 1;

  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#size;
    const bytes = encodeUtf8(`${text}\0`);
    this.#offsets.set(text, offset);
    this.#parts.push(bytes);
    this.#size += bytes.length;
    return offset;
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

interface Header {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly size: number;
  readonly bytes: Uint8Array | undefined;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entsize: number;
}

export function writeElf(image: Image): Uint8Array {
  const { order } = image;
  const relocated = image.sections.filter((section) => section.relocations.length > 0);
  const sectionIndex = new Map(image.sections.map((section, i) => [section, i + 1]));
  const extended = image.sections.length + 1 >= SHN.LORESERVE;
  const symtabIndex = 1 + image.sections.length + relocated.length + (extended ? 1 : 0);
  const strtabIndex = symtabIndex + 1;

  const strings = new StringTable();
  const ordered = [
    ...image.symbols.filter((symbol) => symbol.binding === STB.LOCAL),
    ...image.symbols.filter((symbol) => symbol.binding !== STB.LOCAL),
  ];
  const firstGlobal = 1 + ordered.filter((symbol) => symbol.binding === STB.LOCAL).length;
  const symbolIndex = new Map(ordered.map((symbol, i) => [symbol, i + 1]));

  const symtab = new ByteView(new Uint8Array((ordered.length + 1) * SYM_SIZE), order);
  const shndx = new ByteView(new Uint8Array(extended ? (ordered.length + 1) * 4 : 0), order);
  ordered.forEach((symbol, i) => {
    const at = (i + 1) * SYM_SIZE;
    symtab.setU32(at, strings.add(symbol.name));
    symtab.setU8(at + 4, (symbol.binding << 4) | symbol.type);
    symtab.setU8(at + 5, symbol.visibility);
    let index = place(symbol, sectionIndex);
    if (symbol.place === 'section' && index >= SHN.LORESERVE) {
      shndx.setU32((i + 1) * 4, index);
      index = SHN.XINDEX;
    }
    symtab.setU16(at + 6, index);
    symtab.setSize(at + 8, symbol.value);
    symtab.setSize(at + 16, symbol.size);
  });

  const headers: Header[] = image.sections.map((section) => ({ ...section, link: 0, info: 0 }));
  for (const section of relocated) {
    headers.push({
      name: `.rel${section.name}`,
      type: SHT.REL,
      flags: SHF.INFO_LINK,
      size: section.relocations.length * REL_SIZE,
      bytes: relocationTable(section.relocations, symbolIndex, order),
      link: symtabIndex,
      info: sectionIndex.get(section)!,
      align: 8,
      entsize: REL_SIZE,
    });
  }
  const table = { flags: 0, link: 0, info: 0, entsize: 0 };
  if (extended) {
    const bytes = shndx.bytes;
    const entries = { type: SHT.SYMTAB_SHNDX, size: bytes.length, bytes, align: 4, entsize: 4 };
    headers.push({ ...table, ...entries, name: '.symtab_shndx', link: symtabIndex });
  }
  headers.push({
    name: '.symtab',
    type: SHT.SYMTAB,
    flags: 0,
    size: symtab.length,
    bytes: symtab.bytes,
    link: strtabIndex,
    info: firstGlobal,
    align: 8,
    entsize: SYM_SIZE,
  });
  for (const header of headers) strings.add(header.name);
  strings.add('.strtab');
  const names = strings.finish();
  const strtab = { type: SHT.STRTAB, size: names.length, bytes: names, align: 1 };
  headers.push({ ...table, ...strtab, name: '.strtab' });
  return assemble(headers, strings, strtabIndex, order);
}

function place(symbol: ImageSymbol, sectionIndex: ReadonlyMap<ImageSection, number>): number {
  switch (symbol.place) {
    case 'undefined':
      return SHN.UNDEF;
    case 'absolute':
      return SHN.ABS;
    case 'common':
      return SHN.COMMON;
    case 'section':
      return sectionIndex.get(symbol.section!)!;
  }
}

function relocationTable(
  relocations: readonly ImageRelocation[],
  symbolIndex: ReadonlyMap<ImageSymbol, number>,
  order: ByteOrder,
): Uint8Array {
  const view = new ByteView(new Uint8Array(relocations.length * REL_SIZE), order);
  relocations.forEach((relocation, i) => {
    view.setSize(i * REL_SIZE, relocation.offset);
    const symbol = symbolIndex.get(relocation.symbol)!;
    view.setHalves(i * REL_SIZE + 8, symbol, relocation.type);
  });
  return view.bytes;
}

function assemble(
  headers: readonly Header[],
  strings: StringTable,
  strtabIndex: number,
  order: ByteOrder,
): Uint8Array {
  const offsets: number[] = [];
  let end = EHDR_SIZE;
  for (const header of headers) {
    const offset = alignUp(end, header.align);
    offsets.push(offset);
    if (header.bytes !== undefined) end = offset + header.bytes.length;
  }
  const tableOffset = alignUp(end, 8);
  const count = headers.length + 1;

  const view = new ByteView(new Uint8Array(tableOffset + count * SHDR_SIZE), order);
  view.bytes.set([0x7f, 0x45, 0x4c, 0x46, ELFCLASS64]);
  view.setU8(5, order === 'little' ? ELFDATA2LSB : ELFDATA2MSB);
  view.setU8(6, 1); // EV_CURRENT
  view.setU16(16, ET_REL);
  view.setU16(18, EM_BPF);
  view.setU32(20, 1); // EV_CURRENT
  view.setSize(40, tableOffset);
  view.setU16(52, EHDR_SIZE);
  view.setU16(58, SHDR_SIZE);
  view.setU16(60, count >= SHN.LORESERVE ? 0 : count);
  view.setU16(62, strtabIndex >= SHN.LORESERVE ? SHN.XINDEX : strtabIndex);
  if (count >= SHN.LORESERVE) view.setSize(tableOffset + 32, count);
  if (strtabIndex >= SHN.LORESERVE) view.setU32(tableOffset + 40, strtabIndex);

  headers.forEach((header, i) => {
    if (header.bytes !== undefined) view.bytes.set(header.bytes, offsets[i]!);
    const at = tableOffset + (i + 1) * SHDR_SIZE;
    view.setU32(at, strings.add(header.name));
    view.setU32(at + 4, header.type);
    view.setSize(at + 8, header.flags);
    view.setSize(at + 24, offsets[i]!);
    view.setSize(at + 32, header.size);
    view.setU32(at + 40, header.link);
    view.setU32(at + 44, header.info);
    view.setSize(at + 48, header.align);
    view.setSize(at + 56, header.entsize);
  });
  return view.bytes;
}
