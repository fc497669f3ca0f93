/**
 * Turns parsed objects into the tables that all later passes work on. The differences between producers
 * end here: model/read-relocations.ts takes them away.
 */

import type { FileBytes } from '../base/file-bytes.ts';
import type { SectionId } from '../base/ids.ts';
import * as diagnose from '../diag/catalogue/elf.ts';
import { tooLarge } from '../diag/catalogue/layout.ts';
import type { Diagnostic, DiagnosticSink } from '../diag/diagnostic.ts';
import { EM_NONE, SHF, SHT, STB, STT } from '../elf/constants.ts';
import { isDebugInformation } from '../elf/needed.ts';
import { producerOf } from '../elf/producer.ts';
import { readElf } from '../elf/read.ts';
import type { ElfObject, ElfRelocation, ElfSection, ElfSymbol } from '../elf/types.ts';
import {
  type InputFile,
  type InputSection,
  type InputSymbol,
  isExecutable,
  type Relocation,
} from '../model/input.ts';
import { JUMP_TABLES, readJumpTables } from '../model/jump-tables.ts';
import { LARGEST_SECTION } from '../model/layout.ts';
import { applyDisplacements, RelocationReader, symbolName } from '../model/read-relocations.ts';

export interface NamedBytes {
  readonly path: string;
  readonly bytes: FileBytes;
}

export function ingest(inputs: readonly NamedBytes[], sink: DiagnosticSink): InputFile[] {
  const ingester = new Ingester(sink);
  const files: InputFile[] = [];
  for (const input of inputs) {
    const { object, fault } = readElf(input.bytes, input.path, { skipDebug: true });
    if (object === undefined) {
      sink.report(fault);
      continue;
    }
    if (object.machine === EM_NONE) sink.report(diagnose.noMachine(input.path));
    const first = files[0];
    if (first !== undefined && first.order !== object.order) {
      sink.report(diagnose.mixedByteOrder(input.path, object.order, first.path, first.order));
      continue;
    }
    const unlinkable = whyUnlinkable(object, input.path);
    if (unlinkable !== undefined) sink.report(unlinkable);
    else files.push(ingester.file(input.path, object, files.length + 1));
  }
  return files;
}

/** An object of which the linker would see nothing, or nothing that it could tell apart. */
function whyUnlinkable({ sections, symbols }: ElfObject, path: string): Diagnostic | undefined {
  const hasCode = sections.some(({ flags, size }) => (flags & SHF.EXECINSTR) !== 0 && size > 0);
  if (!hasCode && sections.some(({ name }) => name.startsWith('.gnu.lto_'))) {
    return diagnose.onlyForLto(path);
  }
  return hasCode && symbols.length === 0 ? diagnose.noSymbols(path) : undefined;
}

/** Sections that a link consumes or rebuilds; everything else goes through the script. */
function isConsumed(section: ElfSection): boolean {
  switch (section.type) {
    case SHT.NULL:
    case SHT.SYMTAB:
    case SHT.STRTAB:
    case SHT.REL:
    case SHT.RELA:
    case SHT.GROUP:
    case SHT.SYMTAB_SHNDX:
    case SHT.LLVM_ADDRSIG:
      return true;
    default:
      // Debug information is left out (--strip-debug), compressed or not; BTF is merged, not placed.
      return (
        isDebugInformation(section.name) ||
        section.name === '.BTF' ||
        section.name === '.BTF.ext' ||
        (section.flags & SHF.EXCLUDE) !== 0
      );
  }
}

/** By section index, 1 for those that some symbol of its own stands in. */
function labelledSections({ sections, symbols }: ElfObject): Uint8Array {
  const labelled = new Uint8Array(sections.length);
  for (const { type, section } of symbols) if (type !== STT.SECTION) labelled[section] = 1;
  return labelled;
}

function inputSymbol(symbol: ElfSymbol, name: string, file: InputFile): InputSymbol {
  const { place } = symbol;
  const section = place === 'section' ? file.sections[symbol.section] : undefined;
  return {
    file,
    name,
    binding: section?.name === JUMP_TABLES ? STB.LOCAL : symbol.binding,
    type: symbol.type,
    visibility: symbol.visibility,
    place,
    section,
    value: symbol.value,
    size: symbol.size,
  };
}

class Ingester {
  readonly #sink: DiagnosticSink;
  #sections = 0;
  readonly #names = new Map<string, string>();

  constructor(sink: DiagnosticSink) {
    this.#sink = sink;
  }

  file(path: string, elf: ElfObject, id: number): InputFile {
    const sections: (InputSection | undefined)[] = [];
    const symbols: InputSymbol[] = [];
    const named = (name: string): ElfSection | undefined =>
      elf.sections.find((section) => section.name === name && section.size > 0);
    const btfExt = named('.BTF.ext');
    const { assembler, refersToStarts } = producerOf(elf);
    const file: InputFile = {
      id,
      path,
      order: elf.order,
      sections,
      symbols,
      btf: named('.BTF')?.bytes,
      btfExt: btfExt?.bytes,
      btfExtRelocations: elf.sections.find(
        ({ type, info }) => type === SHT.REL && info === btfExt?.index,
      )?.bytes,
      groups: elf.groups,
      startReferences: refersToStarts,
    };
    const labelled = labelledSections(elf);
    const relocations: Relocation[][] = [];
    for (const section of elf.sections) {
      const kept =
        !isConsumed(section) &&
        (section.size > 0 || labelled[section.index] === 1) &&
        this.#isSupported(section, path);
      const list: Relocation[] = [];
      relocations.push(list);
      sections.push(kept ? this.#section(section, elf, file, list) : undefined);
    }
    for (const symbol of elf.symbols) {
      symbols.push(inputSymbol(symbol, this.#unique(symbolName(elf, symbol)), file));
    }
    for (const section of elf.sections) {
      const entries = elf.relocations.get(section.index);
      if (entries === undefined || sections[section.index] === undefined) continue;
      const reader = new RelocationReader(path, elf, section, assembler);
      this.#readRelocations(entries, reader, symbols, relocations[section.index]!);
    }
    sections.forEach((section, index) => {
      if (section?.name !== JUMP_TABLES) return;
      const entries = readJumpTables(file, section, this.#sink);
      for (const entry of entries) relocations[index]!.push(entry);
    });
    return file;
  }

  /** One string for equal names: passes look them up over and over, and one string is equal to itself at once. */
  #unique(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }

  #readRelocations(
    entries: readonly ElfRelocation[],
    reader: RelocationReader,
    symbols: readonly InputSymbol[],
    list: Relocation[],
  ): void {
    let sorted = true;
    let last = 0;
    for (const raw of entries) {
      const read = reader.read(raw);
      if (read.kind === 'fault') this.#sink.report(read.diagnostic);
      if (read.kind !== 'relocation') continue;
      const { form, addend } = read;
      list.push({ offset: raw.offset, form, symbol: symbols[raw.symbol]!, addend });
      sorted &&= raw.offset >= last;
      last = raw.offset;
    }
    if (!sorted) list.sort((a, b) => a.offset - b.offset);
  }

  #section(
    section: ElfSection,
    elf: ElfObject,
    file: InputFile,
    relocations: Relocation[],
  ): InputSection {
    return {
      id: ++this.#sections as SectionId,
      file,
      name: section.name,
      type: section.type,
      flags: section.flags & ~(SHF.INFO_LINK | SHF.GROUP | SHF.LINK_ORDER),
      align: section.align,
      entsize: section.entsize,
      size: section.size,
      bytes: applyDisplacements(section, elf),
      relocations,
    };
  }

  #isSupported(section: ElfSection, path: string): boolean {
    if (section.size > LARGEST_SECTION) {
      this.#sink.report(tooLarge(section.name, section.size, path));
      return false;
    }
    if (section.type === SHT.NOBITS && isExecutable(section)) {
      this.#sink.report(diagnose.unsupportedSection(path, section.name, 'code without bytes'));
      return false;
    }
    if (section.type === SHT.PROGBITS || section.type === SHT.NOBITS || section.type === SHT.NOTE) {
      return true;
    }
    if ((section.flags & SHF.ALLOC) === 0 || section.type === SHT.X86_64_UNWIND) return false;
    this.#sink.report(diagnose.unsupportedSection(path, section.name, `type ${section.type}`));
    return false;
  }
}
