/**
 * What the input files say, as tables that the passes share. Nothing here is edited after `ingest`:
 * passes put what they find out into tables of their own, keyed by these objects.
 */
import type { ByteOrder } from '../base/bytes.ts';
import type { FileId, SectionId } from '../base/ids.ts';
import type { ElfGroup, SymbolPlace } from '../elf/types.ts';

export interface InputFile {
  /** In the order of the command line, from 1. */
  readonly id: FileId;
  /** As the user gave it. */
  readonly path: string;
  readonly order: ByteOrder;
  /** By ELF section index; dropped sections are undefined. */
  readonly sections: readonly (InputSection | undefined)[];
  /** By ELF symbol index. */
  readonly symbols: readonly InputSymbol[];
  /** Raw `.BTF` and `.BTF.ext`, where the object has them. */
  readonly btf: Uint8Array | undefined;
  readonly btfExt: Uint8Array | undefined;
  /** The raw relocation table (REL) of `.BTF.ext`. */
  readonly btfExtRelocations: Uint8Array | undefined;
  readonly groups: readonly ElfGroup[];
  /** The producer gives every reference the start of an object, never its inside (see elf/producer.ts). */
  readonly startReferences: boolean;
}

export interface InputSection {
  /** In the order of the inputs, from 1, then commons; a section that a pass makes has that of its origin. */
  readonly id: SectionId;
  readonly file: InputFile;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly entsize: number;
  /** In bytes; NOBITS sections have a size and no bytes. */
  readonly size: number;
  readonly bytes: Uint8Array;
  /** Sorted by offset. */
  readonly relocations: readonly Relocation[];
}

export interface InputSymbol {
  readonly file: InputFile;
  readonly name: string;
  readonly binding: number;
  readonly type: number;
  readonly visibility: number;
  readonly place: SymbolPlace;
  /** Where `place` is `section`; undefined also for a symbol of a dropped section. */
  readonly section: InputSection | undefined;
  /** Offset in the section, alignment (common) or value (absolute). */
  readonly value: number;
  readonly size: number;
}

/**
 * What a relocation asks for, whatever number its producer gave it:
 * - `imm64`: S + A into the immediate of an `ld_imm64`
 * - `call`: (S + A - P) / 8 - 1 into the immediate of a call
 * - `abs64`, `abs32`: S + A into data
 * - `pcrel32`: S + A - P into data (LLVM writes R_BPF_64_ABS32 for it, see read-relocations.ts)
 */
export type RelocationForm = 'imm64' | 'call' | 'abs64' | 'abs32' | 'pcrel32';

export interface Relocation {
  /** Byte offset in the section. */
  readonly offset: number;
  readonly form: RelocationForm;
  readonly symbol: InputSymbol;
  /** A, in bytes whatever the form (a call's `imm` counts instructions). */
  readonly addend: number;
}

/** Common symbols are matched by the script as sections of this name. */
export const COMMON = 'COMMON';

export function isExecutable(section: { readonly flags: number }): boolean {
  return (section.flags & 0x4) !== 0;
}

/** Sections that no code refers to and loaders look for by name: an object has one of each. */
export function isForLoader(name: string): boolean {
  return name === 'license' || name === 'version';
}
