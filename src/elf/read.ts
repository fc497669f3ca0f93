/**
 * Reads an ELF64 relocatable object (ELF gABI, "Object Files").
 *
 * The bytes are hostile until proven otherwise: every offset, size, index and link that later code
 * relies on is checked here, once, so that no pass needs to. The first fault ends the reading, because
 * what follows from a corrupt table is noise.
 *
 * What is not read here: implicit addends (they are in the relocated bytes, and their form depends on
 * the relocation type) and BTF.
 */
import { type ByteOrder, ByteView } from '../base/bytes.ts';
import { type FileBytes, fileSize, fileSlice } from '../base/file-bytes.ts';
import { notElf, symbolOutsideSection, truncated, unsupportedElf } from '../diag/catalogue/elf.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import {
  EHDR_SIZE,
  ELFCLASS64,
  ELFDATA2LSB,
  ELFDATA2MSB,
  EM_BPF,
  EM_NONE,
  ET_REL,
  GRP_COMDAT,
  REL_SIZE,
  RELA_SIZE,
  SHDR_SIZE,
  SHN,
  SHT,
  STB,
  STT,
  SYM_SIZE,
} from './constants.ts';
import { isDebugInformation, isRelocationTable, isSkippable } from './needed.ts';
import { Strings } from './strings.ts';
import type {
  ElfGroup,
  ElfObject,
  ElfRelocation,
  ElfSection,
  ElfSymbol,
  SymbolPlace,
} from './types.ts';

export type ReadElfResult =
  | { readonly object: ElfObject; readonly fault?: undefined }
  | { readonly object?: undefined; readonly fault: Diagnostic };

class Fault extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

export interface ReadElfOptions {
  /** Leaves out the bytes and relocations of debug information, and the relocations of BTF. */
  readonly skipDebug?: boolean;
}

/**
 * Parses `bytes`, of which only the parts that `neededRanges` names must be there where debug information
 * is skipped; `file` is only used to name it in the fault.
 */
export function readElf(
  bytes: FileBytes,
  file: string,
  { skipDebug = false }: ReadElfOptions = {},
): ReadElfResult {
  try {
    return { object: new Reader(bytes, file, skipDebug).read() };
  } catch (thrown) {
    if (thrown instanceof Fault) return { fault: thrown.diagnostic };
    throw thrown;
  }
}

const noBytes = new Uint8Array(0);

interface SectionHeaders {
  readonly sections: ElfSection[];
  /** Of their names. */
  readonly strings: Strings;
  readonly namesIndex: number;
}

/** Whether a link ignores the relocations of a section. What those of BTF say, its records say too. */
function hasUnusedRelocations({ name }: ElfSection): boolean {
  return name === '.BTF' || name === '.BTF.ext' || isDebugInformation(name);
}

class Reader {
  readonly #bytes: FileBytes;
  readonly #size: number;
  readonly #file: string;
  readonly #skipDebug: boolean;

  constructor(bytes: FileBytes, file: string, skipDebug: boolean) {
    this.#bytes = bytes;
    this.#size = fileSize(bytes);
    this.#file = file;
    this.#skipDebug = skipDebug;
  }

  read(): ElfObject {
    const { order, machine, view } = this.#identify();
    const headers = this.#sectionHeaders(view);
    const { sections, strings, namesIndex } = headers;
    const symtab = this.#onlySymbolTable(sections);
    const separateSectionNames = symtab !== undefined && symtab.link !== namesIndex;
    const names = separateSectionNames ? undefined : strings;
    const symbols = symtab === undefined ? [] : this.#symbols(sections, symtab, names, order);
    return {
      order,
      machine,
      sections,
      symbols,
      relocations: this.#relocations(sections, symtab, symbols.length, order),
      groups: this.#groups(sections, symbols, order),
      separateSectionNames,
    };
  }

  #fail(what: string): never {
    throw new Fault(truncated(this.#file, what));
  }

  #identify(): { order: ByteOrder; machine: number; view: ByteView } {
    const b = fileSlice(this.#bytes, 0, Math.min(EHDR_SIZE, this.#size)) ?? noBytes;
    const file = this.#file;
    if (!(b[0] === 0x7f && b[1] === 0x45 && b[2] === 0x4c && b[3] === 0x46)) {
      throw new Fault(notElf(file));
    }
    if (b.length < EHDR_SIZE) this.#fail(`${b.length} bytes, shorter than an ELF header`);
    if (b[4] !== ELFCLASS64) throw new Fault(unsupportedElf(file, 'not 64-bit'));
    if (b[5] !== ELFDATA2LSB && b[5] !== ELFDATA2MSB) {
      throw new Fault(unsupportedElf(file, `byte order ${b[5]}`));
    }
    const order: ByteOrder = b[5] === ELFDATA2LSB ? 'little' : 'big';
    const view = new ByteView(b, order);
    if (view.u16(16) !== ET_REL) {
      throw new Fault(unsupportedElf(file, `file type ${view.u16(16)}, not ET_REL`));
    }
    const machine = view.u16(18);
    if (machine !== EM_BPF && machine !== EM_NONE) {
      throw new Fault(unsupportedElf(file, `machine ${machine}, not EM_BPF (247)`));
    }
    return { order, machine, view };
  }

  #sectionHeaders(header: ByteView): SectionHeaders {
    const tableOffset = header.size(40);
    if (header.u16(58) !== SHDR_SIZE) this.#fail(`section headers of ${header.u16(58)} bytes`);
    const first = this.#view(tableOffset, SHDR_SIZE, header.order);
    if (first === undefined) this.#fail('the section header table is outside the file');
    // Counts that do not fit 16 bits stand in section 0 (extended section indexes).
    const count = header.u16(60) || first.size(32);
    let namesIndex = header.u16(62);
    if (namesIndex === SHN.XINDEX) namesIndex = first.u32(40);
    const table = this.#view(tableOffset, count * SHDR_SIZE, header.order);
    if (table === undefined) this.#fail(`${count} section headers do not fit in the file`);
    if (namesIndex >= count)
      this.#fail(`the section name table is section ${namesIndex} of ${count}`);
    const namesHeader = namesIndex * SHDR_SIZE;
    const strings = new Strings(
      this.#slice(
        table.size(namesHeader + 24),
        table.size(namesHeader + 32),
        'the section name table',
      ),
    );
    const names: string[] = [''];
    for (let index = 1; index < count; index++) {
      const name = strings.at(table.u32(index * SHDR_SIZE));
      if (name === undefined) this.#fail(`the name of section ${index}`);
      names.push(name);
    }
    const sections = names.map((_, index) => this.#section(table, names, index));
    return { sections, strings, namesIndex };
  }

  #section(table: ByteView, names: readonly string[], index: number): ElfSection {
    const at = index * SHDR_SIZE;
    const name = names[index]!;
    const type = table.u32(at + 4);
    const size = index === 0 ? 0 : table.size(at + 32);
    const info = table.u32(at + 44);
    const align = table.size(at + 48) || 1;
    if (!Number.isSafeInteger(size)) this.#fail(`the size of section ${name || index}`);
    // A power of two that a number holds exactly; more than 2^32 would only make the output explode.
    if (align > 2 ** 32 || !Number.isInteger(Math.log2(align))) {
      this.#fail(`the alignment of section ${name || index} is ${align}`);
    }
    const empty = type === SHT.NOBITS || type === SHT.NULL;
    const skipped = this.#skipDebug && isSkippable(type, name, names[info]);
    return {
      index,
      name,
      type,
      flags: table.low32(at + 8),
      size,
      link: table.u32(at + 40),
      info,
      align,
      entsize: table.size(at + 56),
      bytes: empty
        ? noBytes
        : this.#slice(table.size(at + 24), size, `section ${name || index}`, skipped),
    };
  }

  #slice(offset: number, size: number, what: string, skipped = false): Uint8Array {
    if (!(offset + size <= this.#size)) this.#fail(`${what} lies outside the file`);
    if (skipped) return noBytes;
    const bytes = fileSlice(this.#bytes, offset, size);
    if (bytes === undefined) this.#fail(`${what} was not read`);
    return bytes;
  }

  #view(offset: number, size: number, order: ByteOrder): ByteView | undefined {
    const bytes = fileSlice(this.#bytes, offset, size);
    return bytes && new ByteView(bytes, order);
  }

  #onlySymbolTable(sections: readonly ElfSection[]): ElfSection | undefined {
    const tables = sections.filter((section) => section.type === SHT.SYMTAB);
    if (tables.length > 1) {
      throw new Fault(unsupportedElf(this.#file, `${tables.length} symbol tables`));
    }
    return tables[0];
  }

  #table(section: ElfSection, entrySize: number): number {
    if (section.entsize !== entrySize || section.size % entrySize !== 0) {
      this.#fail(
        `${section.name || 'a table'} has ${section.size} bytes in entries of ${section.entsize}, not ${entrySize}`,
      );
    }
    return section.size / entrySize;
  }

  /** `sectionNames`: the string table, where it is that of the section names too. */
  #symbols(
    sections: readonly ElfSection[],
    symtab: ElfSection,
    sectionNames: Strings | undefined,
    order: ByteOrder,
  ): ElfSymbol[] {
    const count = this.#table(symtab, SYM_SIZE);
    const view = new ByteView(symtab.bytes, order);
    const stringTable = sections[symtab.link];
    if (stringTable?.type !== SHT.STRTAB) this.#fail('the symbol table has no string table');
    const strings = sectionNames ?? new Strings(stringTable.bytes);
    const extended = sections.find((s) => s.type === SHT.SYMTAB_SHNDX && s.link === symtab.index);
    const extendedView = extended && new ByteView(extended.bytes, order);

    const symbols: ElfSymbol[] = [];
    for (let index = 0; index < count; index++) {
      const at = index * SYM_SIZE;
      const name = view.u32(at) === 0 ? '' : strings.at(view.u32(at));
      if (name === undefined) this.#fail(`the name of symbol ${index}`);
      let section = view.u16(at + 6);
      let place: SymbolPlace = 'section';
      if (section === SHN.XINDEX) {
        if (!extendedView?.has(index * 4, 4)) this.#fail(`the section index of symbol '${name}'`);
        section = extendedView.u32(index * 4);
      } else if (section >= SHN.LORESERVE) {
        if (section === SHN.ABS) place = 'absolute';
        else if (section === SHN.COMMON) place = 'common';
        else this.#fail(`symbol '${name}' has the reserved section index ${section}`);
        section = 0;
      }
      if (place === 'section' && section === SHN.UNDEF) place = 'undefined';
      const info = view.u8(at + 4);
      const symbol: ElfSymbol = {
        index,
        name,
        binding: info >> 4,
        type: info & 15,
        visibility: view.u8(at + 5) & 3,
        place,
        section,
        // Absolute values may be negative: -1 and 2^64 - 1 are one.
        value: place === 'absolute' ? Number(view.i64(at + 8)) : view.size(at + 8),
        size: view.size(at + 16),
      };
      if (symbol.binding > STB.WEAK) {
        throw new Fault(
          unsupportedElf(this.#file, `symbol '${name}' has the binding ${symbol.binding}`),
        );
      }
      if (place === 'section') this.#checkExtent(symbol, sections);
      if (!Number.isSafeInteger(symbol.value) || !Number.isSafeInteger(symbol.size)) {
        this.#fail(`the value or size of symbol '${name}'`);
      }
      symbols.push(symbol);
    }
    return symbols;
  }

  /** The bytes that a symbol covers lie inside its section; `st_value` may be its end. */
  #checkExtent(symbol: ElfSymbol, sections: readonly ElfSection[]): void {
    const section = sections[symbol.section];
    if (section === undefined) {
      this.#fail(`symbol '${symbol.name}' is in section ${symbol.section} of ${sections.length}`);
    }
    if (symbol.type === STT.FILE) return;
    if (!(symbol.value + symbol.size <= section.size)) {
      const name = symbol.name || `#${symbol.index}`;
      throw new Fault(
        symbolOutsideSection(
          this.#file,
          name,
          section.name,
          symbol.value,
          symbol.size,
          section.size,
        ),
      );
    }
  }

  #relocations(
    sections: readonly ElfSection[],
    symtab: ElfSection | undefined,
    symbolCount: number,
    order: ByteOrder,
  ): Map<number, ElfRelocation[]> {
    const bySection = new Map<number, ElfRelocation[]>();
    for (const table of sections) {
      if (!isRelocationTable(table.type)) continue;
      const relocated = sections[table.info];
      if (this.#skipDebug && relocated && hasUnusedRelocations(relocated)) continue;
      const entrySize = table.type === SHT.REL ? REL_SIZE : RELA_SIZE;
      const count = this.#table(table, entrySize);
      if (table.info === 0 || relocated === undefined) {
        this.#fail(`${table.name} relocates section ${table.info} of ${sections.length}`);
      }
      if (symtab === undefined || table.link !== symtab.index) {
        this.#fail(`${table.name} is not linked to the symbol table`);
      }
      const list = bySection.get(table.info) ?? [];
      bySection.set(table.info, list);
      const view = new ByteView(table.bytes, order);
      for (let i = 0; i < count; i++) {
        const at = i * entrySize;
        const symbol = view.high32(at + 8);
        if (symbol >= symbolCount) {
          this.#fail(`${table.name} refers to symbol ${symbol} of ${symbolCount}`);
        }
        list.push({
          offset: view.size(at),
          type: view.low32(at + 8),
          symbol,
          addend: entrySize === RELA_SIZE ? Number(view.i64(at + 16)) : undefined,
        });
      }
    }
    return bySection;
  }

  #groups(
    sections: readonly ElfSection[],
    symbols: readonly ElfSymbol[],
    order: ByteOrder,
  ): ElfGroup[] {
    const groups: ElfGroup[] = [];
    for (const section of sections) {
      if (section.type !== SHT.GROUP) continue;
      const view = new ByteView(section.bytes, order);
      const signature = symbols[section.info];
      if (section.size < 4 || section.size % 4 !== 0 || signature === undefined) {
        this.#fail(`the section group ${section.name}`);
      }
      const members: number[] = [];
      for (let at = 4; at < section.size; at += 4) {
        const member = view.u32(at);
        if (member === 0 || sections[member] === undefined) {
          this.#fail(`the section group '${signature.name}' names section ${member}`);
        }
        members.push(member);
      }
      groups.push({
        comdat: (view.u32(0) & GRP_COMDAT) !== 0,
        // GNU as names a group after a section symbol where the signature is not a symbol of its own.
        signature: signature.name || (sections[signature.section]?.name ?? ''),
        members,
      });
    }
    return groups;
  }
}
