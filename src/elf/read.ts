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
import { type ByteOrder, ByteView, cString } from '../base/bytes.ts';
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

/** Parses `bytes`; `file` is only used to name it in the fault. */
export function readElf(bytes: Uint8Array, file: string): ReadElfResult {
  try {
    return { object: new Reader(bytes, file).read() };
  } catch (thrown) {
    if (thrown instanceof Fault) return { fault: thrown.diagnostic };
    throw thrown;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #file: string;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
  }

  read(): ElfObject {
    const { order, machine, view } = this.#identify();
    const headers = this.#sectionHeaders(view);
    const { sections, namesIndex } = headers;
    const symtab = this.#onlySymbolTable(sections);
    const symbols = symtab === undefined ? [] : this.#symbols(sections, symtab, order);
    return {
      order,
      machine,
      sections,
      symbols,
      relocations: this.#relocations(sections, symtab, symbols.length, order),
      groups: this.#groups(sections, symbols, order),
      separateSectionNames: symtab !== undefined && symtab.link !== namesIndex,
    };
  }

  #fail(what: string): never {
    throw new Fault(truncated(this.#file, what));
  }

  #identify(): { order: ByteOrder; machine: number; view: ByteView } {
    const b = this.#bytes;
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

  #sectionHeaders(view: ByteView): { sections: ElfSection[]; namesIndex: number } {
    const tableOffset = view.size(40);
    if (view.u16(58) !== SHDR_SIZE) this.#fail(`section headers of ${view.u16(58)} bytes`);
    if (!view.has(tableOffset, SHDR_SIZE))
      this.#fail('the section header table is outside the file');
    // Counts that do not fit 16 bits stand in section 0 (extended section indexes).
    const count = view.u16(60) || view.size(tableOffset + 32);
    let namesIndex = view.u16(62);
    if (namesIndex === SHN.XINDEX) namesIndex = view.u32(tableOffset + 40);
    if (!view.has(tableOffset, count * SHDR_SIZE)) {
      this.#fail(`${count} section headers do not fit in the file`);
    }

    const namesHeader = tableOffset + namesIndex * SHDR_SIZE;
    if (namesIndex >= count)
      this.#fail(`the section name table is section ${namesIndex} of ${count}`);
    const names = this.#slice(
      view.size(namesHeader + 24),
      view.size(namesHeader + 32),
      'the section name table',
    );

    const sections: ElfSection[] = [];
    for (let index = 0; index < count; index++) {
      const at = tableOffset + index * SHDR_SIZE;
      const type = view.u32(at + 4);
      const name = index === 0 ? '' : cString(names, view.u32(at));
      if (name === undefined) this.#fail(`the name of section ${index}`);
      const size = index === 0 ? 0 : view.size(at + 32);
      const empty = type === SHT.NOBITS || type === SHT.NULL;
      const what = `section ${name || index}`;
      if (!Number.isSafeInteger(size)) this.#fail(`the size of ${what}`);
      const align = Math.max(1, view.size(at + 48));
      // A power of two that a number holds exactly; more than 2^32 would only make the output explode.
      if (align > 2 ** 32 || !Number.isInteger(Math.log2(align))) {
        this.#fail(`the alignment of ${what} is ${align}`);
      }
      sections.push({
        index,
        name,
        type,
        flags: view.low32(at + 8),
        size,
        link: view.u32(at + 40),
        info: view.u32(at + 44),
        align,
        entsize: view.size(at + 56),
        bytes: empty ? new Uint8Array(0) : this.#slice(view.size(at + 24), size, what),
      });
    }
    return { sections, namesIndex };
  }

  #slice(offset: number, size: number, what: string): Uint8Array {
    if (!Number.isSafeInteger(offset) || !(size >= 0) || !(offset + size <= this.#bytes.length)) {
      this.#fail(`${what} lies outside the file`);
    }
    return this.#bytes.subarray(offset, offset + size);
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

  #symbols(sections: readonly ElfSection[], symtab: ElfSection, order: ByteOrder): ElfSymbol[] {
    const count = this.#table(symtab, SYM_SIZE);
    const view = new ByteView(symtab.bytes, order);
    const strings = sections[symtab.link];
    if (strings?.type !== SHT.STRTAB) this.#fail('the symbol table has no string table');
    const extended = sections.find((s) => s.type === SHT.SYMTAB_SHNDX && s.link === symtab.index);
    const extendedView = extended && new ByteView(extended.bytes, order);

    const symbols: ElfSymbol[] = [];
    for (let index = 0; index < count; index++) {
      const at = index * SYM_SIZE;
      const name = view.u32(at) === 0 ? '' : cString(strings.bytes, view.u32(at));
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
      if (table.type !== SHT.REL && table.type !== SHT.RELA) continue;
      const entrySize = table.type === SHT.REL ? REL_SIZE : RELA_SIZE;
      const count = this.#table(table, entrySize);
      if (table.info === 0 || sections[table.info] === undefined) {
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
