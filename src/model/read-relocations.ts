/**
 * What a relocation of an object asks for, whoever wrote it:
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
import * as diagnose from '../diag/catalogue/elf.ts';
import type { Diagnostic } from '../diag/diagnostic.ts';
import { R_BPF, relocationTypeName, SHF, STT } from '../elf/constants.ts';
import type { Assembler } from '../elf/producer.ts';
import type { ElfObject, ElfRelocation, ElfSection, ElfSymbol } from '../elf/types.ts';
import type { RelocationForm } from './input.ts';

export type ReadRelocation =
  | {
      readonly kind: 'relocation';
      readonly form: RelocationForm;
      /** A, in bytes. */
      readonly addend: number;
      /** What stands in the place, as it stands there; 0 where the entry has the addend. */
      readonly stored: number;
    }
  /** A branch inside its section, which `applyDisplacements` resolves. */
  | { readonly kind: 'branch'; readonly addend: number }
  /** R_BPF_NONE. */
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly diagnostic: Diagnostic };

/** A symbol's name; a section symbol has that of its section. */
export function symbolName(elf: ElfObject, symbol: ElfSymbol): string {
  return symbol.type === STT.SECTION ? elf.sections[symbol.section]!.name : symbol.name;
}

function isCode({ flags }: ElfSection): boolean {
  return (flags & SHF.EXECINSTR) !== 0;
}

function isDisplacement(section: ElfSection, type: number): boolean {
  return (type === R_BPF.GNU_DISP16 || type === R_BPF.NODYLD32) && isCode(section);
}

/** What a branch instruction holds: how many instructions beyond the next one the target is. */
function displacement({ offset, symbol, addend }: ElfRelocation, elf: ElfObject): number {
  return (elf.symbols[symbol]!.value + (addend ?? 0) - offset) / 8 - 1;
}

function isReachable(distance: number): boolean {
  return Number.isInteger(distance) && distance >= -(2 ** 15) && distance < 2 ** 15;
}

/** The section's bytes with the branches filled in that binutils left to the linker. */
export function applyDisplacements(section: ElfSection, elf: ElfObject): Uint8Array {
  const relocations = elf.relocations.get(section.index);
  if (relocations === undefined || !isCode(section)) return section.bytes;
  const branches = relocations.filter(
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

/** Of what a relocation stands at. */
const sizes = { imm64: 16, call: 8, branch: 8, abs64: 8, abs32: 4, pcrel32: 4 } as const;

/** Reads the relocations of one section. */
export class RelocationReader {
  readonly #path: string;
  readonly #elf: ElfObject;
  readonly #section: ElfSection;
  readonly #assembler: Assembler;
  readonly #view: ByteView;

  /** `path` is how faults call the object. */
  constructor(path: string, elf: ElfObject, section: ElfSection, assembler: Assembler) {
    this.#path = path;
    this.#elf = elf;
    this.#section = section;
    this.#assembler = assembler;
    this.#view = new ByteView(section.bytes, elf.order);
  }

  read(raw: ElfRelocation): ReadRelocation {
    if (raw.type === R_BPF.NONE) return { kind: 'none' };
    const symbol = this.#elf.symbols[raw.symbol]!;
    const name = symbolName(this.#elf, symbol);
    if (isDisplacement(this.#section, raw.type)) return this.#branch(raw, symbol, name);
    const code = isCode(this.#section);
    const form = code ? this.#codeForm(raw.type) : this.#dataForm(raw.type);
    if (form === undefined) {
      return this.#unsupported(raw, name, `not a relocation of ${code ? 'code' : 'data'}`);
    }
    const outside = this.#outside(raw, name, form);
    if (outside !== undefined) return outside;
    if (form === 'pcrel32' && this.#assembler === 'unknown') {
      return this.#unsupported(raw, name, 'LLVM means a distance, GNU as an address');
    }
    const explicit = explicitAddend(raw, form);
    const addend = explicit ?? this.#implicitAddend(raw, form, symbol);
    if (addend === 'unknown') {
      const place = { section: this.#section.name, offset: raw.offset };
      return fault(diagnose.ambiguousAddend(this.#path, name, symbol.value, place));
    }
    const whole = form !== 'call' || (addend ?? 0) % 8 === 0;
    if (addend === undefined || !Number.isSafeInteger(addend) || !whole) {
      return this.#unsupported(raw, name, 'its addend is not an offset');
    }
    const stored = explicit === undefined ? this.#stored(raw.offset, form) : undefined;
    return { kind: 'relocation', form, addend, stored: stored ?? 0 };
  }

  #branch(raw: ElfRelocation, symbol: ElfSymbol, name: string): ReadRelocation {
    if (symbol.section !== this.#section.index) {
      return this.#unsupported(raw, name, 'a branch cannot leave its section');
    }
    const outside = this.#outside(raw, name, 'branch');
    if (outside !== undefined) return outside;
    if (!isReachable(displacement(raw, this.#elf))) {
      return this.#unsupported(raw, name, 'its target is not an instruction that a branch reaches');
    }
    return { kind: 'branch', addend: raw.addend ?? 0 };
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

  /** The fault of a relocation that stands where none can. */
  #outside(
    raw: ElfRelocation,
    name: string,
    form: RelocationForm | 'branch',
  ): ReadRelocation | undefined {
    const size = sizes[form];
    const view = this.#view;
    const outside = (why: string): ReadRelocation =>
      fault(
        diagnose.relocationOutsideSection(this.#path, this.#section.name, raw.offset, name, why),
      );
    if (!view.has(raw.offset, size)) {
      return outside(`lies outside the section's ${view.length} bytes`);
    }
    if (form !== 'imm64' && form !== 'call' && form !== 'branch') return undefined;
    if (raw.offset % 8 !== 0) return outside('is not at the start of an instruction');
    const opcode = view.u8(raw.offset);
    if (instructions[form].has(opcode)) return undefined;
    const shown = `0x${opcode.toString(16).padStart(2, '0')}`;
    return outside(`is at opcode ${shown}, which is not a ${instructions[form].name}`);
  }

  /** In bytes. Undefined where it is no number that fits. */
  #implicitAddend(
    { offset }: ElfRelocation,
    form: RelocationForm,
    symbol: ElfSymbol,
  ): number | 'unknown' | undefined {
    const place = this.#stored(offset, form);
    // A call's is 1 more than it holds.
    const stored = form === 'call' && place !== undefined ? place + 1 : place;
    // GNU as has added the value, in bytes also where a call counts instructions.
    const added = symbol.place === 'section' ? symbol.value : 0;
    if (stored === undefined || (stored === 0 && this.#assembler !== 'gnu')) return stored;
    if (added !== 0 && this.#assembler === 'unknown') return 'unknown';
    const own = this.#assembler === 'gnu' ? stored - added : stored;
    return form === 'call' ? own * 8 : own;
  }

  /** What stands in the place. Undefined where it is no number that fits. */
  #stored(offset: number, form: RelocationForm): number | undefined {
    const view = this.#view;
    switch (form) {
      case 'imm64': {
        const low = view.i32(offset + 4);
        const high = view.i32(offset + 12);
        return high !== 0 && high !== low >> 31 ? undefined : low;
      }
      case 'call':
        return view.i32(offset + 4);
      case 'abs64':
        return Number(view.i64(offset));
      case 'abs32':
      case 'pcrel32':
        return view.i32(offset);
    }
  }

  #unsupported({ offset, type }: ElfRelocation, name: string, why: string): ReadRelocation {
    const { name: section } = this.#section;
    const typeName = relocationTypeName(type);
    return fault(diagnose.unsupportedRelocation(this.#path, section, offset, name, typeName, why));
  }
}

function fault(diagnostic: Diagnostic): ReadRelocation {
  return { kind: 'fault', diagnostic };
}
