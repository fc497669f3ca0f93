/**
 * Who wrote an object, because the two assemblers mean different things by an implicit addend: LLVM stores
 * A where the relocation stands, GNU as stores S + A, although the relocation adds S again. In code that
 * is `lddw foo+8` with 24 in it for `foo` at 16. (For local symbols it mostly names the section: S is 0.)
 *
 * No header says it, so the object is looked at. What tells GNU as, up to the newest:
 * - relocation types 11 and 12, which nobody else has;
 * - "GCC:" in `.comment`: GCC for BPF has no other assembler;
 * - sections: it begins with `.text`, `.data` and `.bss`, empty or not, and each has a section symbol.
 *
 * What tells LLVM: one string table for the names of sections and of symbols (bpfld and libbpf write it
 * so too), `.llvm_addrsig`, or the compiler's name in `.comment`. An object of LLVM that went through
 * GNU objcopy has two tables, and keeps the rest.
 *
 * `ld -r` moves symbols and leaves the stored sums of GNU as alone, so what it wrote (its section symbols
 * come before the source file's name) has no right reading.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { R_BPF, SHT, STT } from './constants.ts';
import type { ElfObject } from './types.ts';

export type Assembler = 'llvm' | 'gnu' | 'unknown';

/**
 * In the `.comment` of an output that can be linked again: some references lead to the inside of
 * objects, as GCC's do. The bytes of a section of strings.
 */
export const INSIDE_REFERENCES = 'bpfld: references lead to the inside of objects';

export interface Producer {
  readonly assembler: Assembler;
  /**
   * Whether every reference gives the start of an object, never its inside: LLVM's BPF backend folds no
   * offset into a global's address. GCC does, and whoever writes assembly for GNU as may.
   */
  readonly refersToStarts: boolean;
}

export function producerOf(elf: ElfObject): Producer {
  const comment = commentOf(elf);
  const assembler = assemblerBy(elf, comment);
  const inside = comment.includes('GCC') || comment.includes(INSIDE_REFERENCES);
  return { assembler, refersToStarts: assembler === 'llvm' && !inside };
}

function assemblerBy(elf: ElfObject, comment: string): Assembler {
  const gnuTypes = hasGnuTypes(elf);
  const gnu =
    gnuTypes || (elf.separateSectionNames && (comment.includes('GCC:') || hasGnuSections(elf)));
  const llvm =
    (!elf.separateSectionNames && !gnuTypes) ||
    elf.sections.some(({ name, type }) => type === SHT.LLVM_ADDRSIG || name === '.llvm_addrsig') ||
    /\b(clang|LLVM|rustc|bpfld)\b/.test(comment);
  if (gnu === llvm) return 'unknown';
  if (llvm) return 'llvm';
  return isLinked(elf) ? 'unknown' : 'gnu';
}

function commentOf(elf: ElfObject): string {
  const section = elf.sections.find(({ name, size }) => name === '.comment' && size > 0);
  return section === undefined ? '' : decodeUtf8(section.bytes);
}

function hasGnuTypes(elf: ElfObject): boolean {
  for (const relocations of elf.relocations.values()) {
    for (const { type } of relocations) {
      if (type === R_BPF.GNU_DATA32 || type === R_BPF.GNU_DATA64) return true;
    }
  }
  return false;
}

function hasGnuSections(elf: ElfObject): boolean {
  const [text, data, bss] = elf.sections.filter(
    ({ type }) => type === SHT.PROGBITS || type === SHT.NOBITS,
  );
  if (text?.name !== '.text' || data?.name !== '.data' || bss?.name !== '.bss') return false;
  const named = new Set(
    elf.symbols.filter(({ type }) => type === STT.SECTION).map(({ section }) => section),
  );
  return [text, data, bss].every(({ index }) => named.has(index));
}

/** GNU as writes the file's name before the section symbols, a linker after them. */
function isLinked(elf: ElfObject): boolean {
  const files = elf.symbols.filter(({ type }) => type === STT.FILE);
  const section = elf.symbols.find(({ type }) => type === STT.SECTION);
  if (files.length > 1) return true;
  return files[0] !== undefined && section !== undefined && files[0].index > section.index;
}
