/**
 * Turns parsed objects into the tables that all later passes work on, and takes the differences
 * between producers away:
 *
 * - Implicit addends (REL) are read from the bytes, RELA's from the entry; either way `addend` counts
 *   bytes. A call holds N - 1 in instructions, an `ld_imm64` a byte offset in its low immediate.
 * - LLVM before 13 wrote the code types 1 and 10 for data; in data they mean 64 and 32 bits.
 * - GNU as adds the value of the symbol to what it stores although the relocation adds it again:
 *   `ld_imm64 12` against `foo` at 4 is foo + 8, and `call 63` (64 *bytes* - 1) against `g` at 64 is g.
 *   elf/producer.ts tells whose object it is; where nobody can tell, such an addend is an error.
 * - R_BPF_64_ABS32 in loaded data is pc-relative: 32 bits cannot hold an address, and LLVM has no
 *   other type for `.long target - table`, which rustc's relative lookup tables consist of. GNU as
 *   writes it for `.long target`.
 * - binutils' 16-bit displacements never leave their section and are applied here.
 */

import { ByteView } from '../base/bytes.ts';
import type { SectionId } from '../base/ids.ts';
import * as diagnose from '../diag/catalogue/elf.ts';
import { tooLarge } from '../diag/catalogue/layout.ts';
import type { DiagnosticSink } from '../diag/diagnostic.ts';
import { EM_NONE, R_BPF, relocationTypeName, SHF, SHT, STT } from '../elf/constants.ts';
import { type Assembler, assemblerOf, refersToStarts } from '../elf/producer.ts';
import { readElf } from '../elf/read.ts';
import type { ElfObject, ElfRelocation, ElfSection } from '../elf/types.ts';
import {
  type InputFile,
  type InputSection,
  type InputSymbol,
  isExecutable,
  type Relocation,
  type RelocationForm,
} from '../model/input.ts';
import { LARGEST_SECTION } from '../model/layout.ts';

export interface NamedBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export function ingest(inputs: readonly NamedBytes[], sink: DiagnosticSink): InputFile[] {
  const ingester = new Ingester(sink);
  const files: InputFile[] = [];
  for (const input of inputs) {
    const { object, fault } = readElf(input.bytes, input.path);
    if (object === undefined) {
      sink.report(fault);
      continue;
    }
    if (object.machine === EM_NONE) sink.report(diagnose.noMachine(input.path));
    const first = files[0];
    if (first !== undefined && first.elf.order !== object.order) {
      sink.report(diagnose.mixedByteOrder(input.path, object.order, first.path, first.elf.order));
      continue;
    }
    files.push(ingester.file(input.path, object, files.length + 1));
  }
  return files;
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
        /^\.z?debug_/.test(section.name) ||
        section.name === '.BTF' ||
        section.name === '.BTF.ext' ||
        (section.flags & SHF.EXCLUDE) !== 0
      );
  }
}

class Ingester {
  readonly #sink: DiagnosticSink;
  #sections = 0;

  constructor(sink: DiagnosticSink) {
    this.#sink = sink;
  }

  file(path: string, elf: ElfObject, id: number): InputFile {
    const sections: (InputSection | undefined)[] = [];
    const symbols: InputSymbol[] = [];
    const named = (name: string): Uint8Array | undefined =>
      elf.sections.find((section) => section.name === name && section.size > 0)?.bytes;
    const file: InputFile = {
      id,
      path,
      elf,
      sections,
      symbols,
      btf: named('.BTF'),
      btfExt: named('.BTF.ext'),
      startReferences: refersToStarts(elf),
    };

    const relocations = new Map<number, Relocation[]>();
    const labelled = new Set(
      elf.symbols.filter((symbol) => symbol.type !== STT.SECTION).map((symbol) => symbol.section),
    );
    for (const section of elf.sections) {
      sections.push(undefined);
      if (isConsumed(section) || (section.size === 0 && !labelled.has(section.index))) continue;
      if (!this.#isSupported(section, path)) continue;
      const list: Relocation[] = [];
      relocations.set(section.index, list);
      sections[section.index] = {
        id: ++this.#sections as SectionId,
        file,
        name: section.name,
        type: section.type,
        flags: section.flags & ~(SHF.INFO_LINK | SHF.GROUP | SHF.LINK_ORDER),
        align: section.align,
        entsize: section.entsize,
        size: section.size,
        bytes: applyDisplacements(section, elf),
        relocations: list,
      };
    }

    for (const symbol of elf.symbols) {
      symbols.push({
        file,
        name: symbol.type === STT.SECTION ? elf.sections[symbol.section]!.name : symbol.name,
        binding: symbol.binding,
        type: symbol.type,
        visibility: symbol.visibility,
        place: symbol.place,
        section: symbol.place === 'section' ? sections[symbol.section] : undefined,
        value: symbol.value,
        size: symbol.size,
      });
    }

    const assembler = assemblerOf(elf);
    for (const [index, list] of relocations) {
      const reader = new RelocationReader(file, assembler, index, sections[index]!, this.#sink);
      for (const raw of elf.relocations.get(index) ?? []) {
        const relocation = reader.read(raw);
        if (relocation !== undefined) list.push(relocation);
      }
      list.sort((a, b) => a.offset - b.offset);
    }
    return file;
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

function isDisplacement(section: ElfSection, type: number): boolean {
  const code = (section.flags & SHF.EXECINSTR) !== 0;
  return code && (type === R_BPF.GNU_DISP16 || type === R_BPF.NODYLD32);
}

/** What a branch instruction holds: how many instructions beyond the next one the target is. */
function displacement({ offset, symbol, addend }: ElfRelocation, elf: ElfObject): number {
  return (elf.symbols[symbol]!.value + (addend ?? 0) - offset) / 8 - 1;
}

function isReachable(distance: number): boolean {
  return Number.isInteger(distance) && distance >= -(2 ** 15) && distance < 2 ** 15;
}

/** The section's bytes with the branches filled in that binutils left to the linker. */
function applyDisplacements(section: ElfSection, elf: ElfObject): Uint8Array {
  const branches = (elf.relocations.get(section.index) ?? []).filter(
    (relocation) =>
      isDisplacement(section, relocation.type) &&
      relocation.offset + 8 <= section.bytes.length &&
      isReachable(displacement(relocation, elf)),
  );
  if (branches.length === 0) return section.bytes;
  const view = new ByteView(section.bytes.slice(), elf.order);
  for (const branch of branches) view.setU16(branch.offset + 2, displacement(branch, elf));
  return view.bytes;
}

/** RELA's addend. Of a call it counts bytes, or is the -1 that stands in the instruction. */
function explicitAddend({ addend }: ElfRelocation, form: RelocationForm): number | undefined {
  return form === 'call' && addend === -1 ? 0 : addend;
}

/** The instructions that relocations of code stand at. */
const instructions = {
  imm64: { name: 'ld_imm64', has: (opcode: number) => opcode === 0x18 },
  call: { name: 'call', has: (opcode: number) => opcode === 0x85 },
  branch: { name: 'branch', has: (opcode: number) => (opcode & 7) === 5 || (opcode & 7) === 6 },
} as const;

/** Reads the relocations of one section. */
class RelocationReader {
  readonly #file: InputFile;
  readonly #assembler: Assembler;
  readonly #elfIndex: number;
  readonly #section: InputSection;
  readonly #sink: DiagnosticSink;
  readonly #view: ByteView;

  constructor(
    file: InputFile,
    assembler: Assembler,
    elfIndex: number,
    section: InputSection,
    sink: DiagnosticSink,
  ) {
    this.#file = file;
    this.#assembler = assembler;
    this.#elfIndex = elfIndex;
    this.#section = section;
    this.#sink = sink;
    this.#view = new ByteView(section.bytes, file.elf.order);
  }

  read(raw: ElfRelocation): Relocation | undefined {
    if (raw.type === R_BPF.NONE) return undefined;
    const symbol = this.#file.symbols[raw.symbol]!;
    const { elf } = this.#file;
    if (isDisplacement(elf.sections[this.#elfIndex]!, raw.type)) {
      if (elf.symbols[raw.symbol]!.section !== this.#elfIndex) {
        this.#unsupported(raw, symbol, 'a branch cannot leave its section');
      } else if (this.#fits(raw, symbol, 'branch') && !isReachable(displacement(raw, elf))) {
        this.#unsupported(raw, symbol, 'its target is not an instruction that a branch reaches');
      }
      return undefined;
    }
    const code = (this.#section.flags & SHF.EXECINSTR) !== 0;
    const form = code ? this.#codeForm(raw.type) : this.#dataForm(raw.type);
    if (form === undefined) {
      this.#unsupported(raw, symbol, `not a relocation of ${code ? 'code' : 'data'}`);
      return undefined;
    }
    if (!this.#fits(raw, symbol, form)) return undefined;
    if (form === 'pcrel32' && this.#assembler === 'unknown') {
      this.#unsupported(raw, symbol, 'LLVM means a distance, GNU as an address');
      return undefined;
    }
    const addend = explicitAddend(raw, form) ?? this.#implicitAddend(raw, form, symbol);
    if (addend === 'unknown') {
      const { path } = this.#file;
      const place = { section: this.#section.name, offset: raw.offset };
      this.#sink.report(diagnose.ambiguousAddend(path, symbol.name, symbol.value, place));
      return undefined;
    }
    const whole = form !== 'call' || (addend ?? 0) % 8 === 0;
    if (addend === undefined || !Number.isSafeInteger(addend) || !whole) {
      this.#unsupported(raw, symbol, 'its addend is not an offset');
      return undefined;
    }
    return { offset: raw.offset, form, symbol, addend };
  }

  #codeForm(type: number): RelocationForm | undefined {
    if (type === R_BPF.LD_IMM64) return 'imm64';
    return type === R_BPF.CALL32 ? 'call' : undefined;
  }

  #dataForm(type: number): RelocationForm | undefined {
    switch (type) {
      case R_BPF.LD_IMM64:
      case R_BPF.ABS64:
      case R_BPF.GNU_DATA64:
        return 'abs64';
      case R_BPF.CALL32:
      case R_BPF.ABS32:
        if (this.#assembler === 'gnu') return 'abs32';
        return (this.#section.flags & SHF.ALLOC) !== 0 ? 'pcrel32' : 'abs32';
      case R_BPF.NODYLD32:
      case R_BPF.GNU_DATA32:
        return 'abs32';
      default:
        return undefined;
    }
  }

  #fits(raw: ElfRelocation, symbol: InputSymbol, form: RelocationForm | 'branch'): boolean {
    const size = { imm64: 16, call: 8, branch: 8, abs64: 8, abs32: 4, pcrel32: 4 }[form];
    const view = this.#view;
    const outside = (why: string): false => {
      const section = this.#section.name;
      const { path } = this.#file;
      this.#sink.report(
        diagnose.relocationOutsideSection(path, section, raw.offset, symbol.name, why),
      );
      return false;
    };
    if (!view.has(raw.offset, size)) {
      return outside(`lies outside the section's ${view.length} bytes`);
    }
    if (form !== 'imm64' && form !== 'call' && form !== 'branch') return true;
    if (raw.offset % 8 !== 0) return outside('is not at the start of an instruction');
    const opcode = view.u8(raw.offset);
    if (!instructions[form].has(opcode)) {
      const shown = `0x${opcode.toString(16).padStart(2, '0')}`;
      return outside(`is at opcode ${shown}, which is not a ${instructions[form].name}`);
    }
    return true;
  }

  /** In bytes. Undefined where it is no number that fits. */
  #implicitAddend(
    { offset }: ElfRelocation,
    form: RelocationForm,
    symbol: InputSymbol,
  ): number | 'unknown' | undefined {
    const stored = this.#stored(offset, form);
    // GNU as has added the value, in bytes also where a call counts instructions.
    const added = symbol.place === 'section' ? symbol.value : 0;
    if (stored === undefined || (stored === 0 && this.#assembler !== 'gnu')) return stored;
    if (added !== 0 && this.#assembler === 'unknown') return 'unknown';
    const own = this.#assembler === 'gnu' ? stored - added : stored;
    return form === 'call' ? own * 8 : own;
  }

  /** What stands in the place, a call's 1 more than it holds. */
  #stored(offset: number, form: RelocationForm): number | undefined {
    const view = this.#view;
    switch (form) {
      case 'imm64': {
        const low = view.i32(offset + 4);
        const high = view.i32(offset + 12);
        return high !== 0 && high !== low >> 31 ? undefined : low;
      }
      case 'call':
        return view.i32(offset + 4) + 1;
      case 'abs64':
        return Number(view.i64(offset));
      case 'abs32':
      case 'pcrel32':
        return view.i32(offset);
    }
  }

  #unsupported(raw: ElfRelocation, symbol: InputSymbol, why: string): void {
    this.#sink.report(
      diagnose.unsupportedRelocation(
        this.#file.path,
        this.#section.name,
        raw.offset,
        symbol.name,
        relocationTypeName(raw.type),
        why,
      ),
    );
  }
}
