/** Numbers of the ELF gABI (chapter "Object Files") and of the BPF psABI that bpfld uses. */

export const ET_REL = 1;
export const EM_NONE = 0;
export const EM_BPF = 247;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const ELFDATA2MSB = 2;

export const EHDR_SIZE = 64;
export const SHDR_SIZE = 64;
export const SYM_SIZE = 24;
export const REL_SIZE = 16;
export const RELA_SIZE = 24;

export const SHT = {
  NULL: 0,
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  RELA: 4,
  NOTE: 7,
  NOBITS: 8,
  REL: 9,
  INIT_ARRAY: 14,
  GROUP: 17,
  SYMTAB_SHNDX: 18,
  LLVM_ADDRSIG: 0x6fff4c03,
  X86_64_UNWIND: 0x70000001,
} as const;

export const SHF = {
  WRITE: 0x1,
  ALLOC: 0x2,
  EXECINSTR: 0x4,
  MERGE: 0x10,
  STRINGS: 0x20,
  INFO_LINK: 0x40,
  LINK_ORDER: 0x80,
  GROUP: 0x200,
  COMPRESSED: 0x800,
  GNU_RETAIN: 0x200000,
  EXCLUDE: 0x80000000,
} as const;

export const SHN = {
  UNDEF: 0,
  LORESERVE: 0xff00,
  ABS: 0xfff1,
  COMMON: 0xfff2,
  XINDEX: 0xffff,
} as const;

export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2 } as const;
export const STT = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4, COMMON: 5 } as const;
export const STV = { DEFAULT: 0, INTERNAL: 1, HIDDEN: 2, PROTECTED: 3 } as const;

export const GRP_COMDAT = 1;

/**
 * Relocation types. 0-4 and 10 are LLVM's (Documentation/bpf/llvm_reloc.rst in the kernel tree); 11 and
 * 12 are what binutils up to 2.41 writes for data; 256 is binutils' 16-bit branch displacement.
 */
export const R_BPF = {
  NONE: 0,
  /** A 64-bit immediate of `ld_imm64`, the low half at offset + 4, the high half at offset + 12. */
  LD_IMM64: 1,
  ABS64: 2,
  ABS32: 3,
  /** 32 bits of `.BTF`, `.BTF.ext` or DWARF. */
  NODYLD32: 4,
  /** The 32-bit immediate of a call, in instructions. */
  CALL32: 10,
  GNU_DATA32: 11,
  GNU_DATA64: 12,
  GNU_DISP16: 256,
} as const;

export function relocationTypeName(type: number): string {
  switch (type) {
    case R_BPF.NONE:
      return 'R_BPF_NONE';
    case R_BPF.LD_IMM64:
      return 'R_BPF_64_64';
    case R_BPF.ABS64:
      return 'R_BPF_64_ABS64';
    case R_BPF.ABS32:
      return 'R_BPF_64_ABS32';
    case R_BPF.NODYLD32:
      return 'R_BPF_64_NODYLD32';
    case R_BPF.CALL32:
      return 'R_BPF_64_32';
    case R_BPF.GNU_DATA32:
      return 'R_BPF_DATA_32';
    case R_BPF.GNU_DATA64:
      return 'R_BPF_DATA_64';
    case R_BPF.GNU_DISP16:
      return 'R_BPF_GNU_64_16';
    default:
      return `relocation type ${type}`;
  }
}
