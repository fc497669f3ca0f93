import type { ByteOrder } from '../base/bytes.ts';

/** A section as its header describes it. Sizes and offsets in bytes. */
export interface ElfSection {
  /** Its index in the section header table; 0 is the null section. */
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  /** At least 1. */
  readonly align: number;
  readonly entsize: number;
  /** A view into the file; empty for NOBITS, and for debug information that was skipped. */
  readonly bytes: Uint8Array;
}

/** Where a symbol is defined: `st_shndx` with the reserved values and SHN_XINDEX taken apart. */
export type SymbolPlace = 'undefined' | 'section' | 'absolute' | 'common';

export interface ElfSymbol {
  readonly index: number;
  readonly name: string;
  readonly binding: number;
  readonly type: number;
  readonly visibility: number;
  readonly place: SymbolPlace;
  /** Index of the defining section where `place` is `section`, else 0. */
  readonly section: number;
  /** Offset in the section; for `common` the alignment; for `absolute` the value, signed. */
  readonly value: number;
  readonly size: number;
}

export interface ElfRelocation {
  /** Byte offset in the section that is relocated. */
  readonly offset: number;
  readonly type: number;
  /** Index into the symbol table. */
  readonly symbol: number;
  /** Of RELA entries; REL entries keep theirs in the relocated bytes. */
  readonly addend: number | undefined;
}

export interface ElfGroup {
  readonly comdat: boolean;
  /** The name that groups with one content share, from the signature symbol. */
  readonly signature: string;
  /** Indexes of the member sections. */
  readonly members: readonly number[];
}

/** An ELF64 relocatable object, parsed and checked: every index and range in it is valid. */
export interface ElfObject {
  readonly order: ByteOrder;
  readonly machine: number;
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** By the index of the section that is relocated; without those that were skipped. */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>;
  readonly groups: readonly ElfGroup[];
  /** Section names and symbol names have string tables of their own, as GNU tools write them. */
  readonly separateSectionNames: boolean;
}
