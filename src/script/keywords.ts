/**
 * The words of the language: what exists, and what GNU ld has that bpfld refuses, with the reason. A word
 * is refused only where GNU ld would accept it, so it can still be a symbol's or a section's name.
 */

export const fileCommands: readonly string[] = [
  'SECTIONS',
  'ENTRY',
  'EXTERN',
  'INPUT',
  'GROUP',
  'SEARCH_DIR',
  'INCLUDE',
  'OUTPUT_FORMAT',
  'OUTPUT_ARCH',
  'ASSERT',
  'PROVIDE',
  'PROVIDE_HIDDEN',
  'PROFILE',
  'PERMIT_RELOCATIONS',
  'LOWER',
];

/** Which of them may also stand inside SECTIONS. */
export const sectionsCommands: readonly string[] = [
  'ENTRY',
  'ASSERT',
  'PROVIDE',
  'PROVIDE_HIDDEN',
  'INCLUDE',
];

/** What may stand inside an output section's braces. */
export const bodyCommands: readonly string[] = [
  'KEEP',
  'SORT',
  'SORT_BY_NAME',
  'SORT_BY_ALIGNMENT',
  'SORT_NONE',
  'EXCLUDE_FILE',
  'BYTE',
  'SHORT',
  'LONG',
  'QUAD',
  'FILL',
  'ASSERT',
  'PROVIDE',
  'PROVIDE_HIDDEN',
  'INCLUDE',
];

export const expressionFunctions: readonly string[] = [
  'ABSOLUTE',
  'ADDR',
  'ALIGN',
  'ALIGNOF',
  'DEFINED',
  'MAX',
  'MIN',
  'SIZEOF',
];

export const outputFormats: readonly string[] = ['elf64-bpf', 'elf64-bpfle', 'elf64-bpfbe'];

const noAddresses = 'BPF objects have no load addresses';
const commandLine = (option: string): string => `use ${option} on the command line`;
const noFlags = 'section types and flags come from the input sections';
const onlyTwoSorts = 'sections sort by name or by alignment';

/** Refused wherever a command can stand. */
const refusedEverywhere: Readonly<Record<string, string>> = {
  MEMORY: noAddresses,
  REGION_ALIAS: noAddresses,
  PHDRS: 'BPF objects have no program headers',
  OVERLAY: noAddresses,
  VERSION: 'BPF objects have no symbol versions',
  NOCROSSREFS: 'overlays do not exist here; PERMIT_RELOCATIONS limits what code may refer to',
  NOCROSSREFS_TO: 'overlays do not exist here; PERMIT_RELOCATIONS limits what code may refer to',
  INSERT: 'a script given with -T is the whole script, so write its sections in their order',
  STARTUP: 'programs are entered by section, no file comes first',
  TARGET: 'the byte order comes from the first input',
  OUTPUT: commandLine('-o'),
  MAP: commandLine('-Map'),
  HIDDEN: 'use PROVIDE_HIDDEN',
  FLOAT: 'BPF has no floating-point libraries to choose',
  NOFLOAT: 'BPF has no floating-point libraries to choose',
  FORCE_COMMON_ALLOCATION: 'common symbols are always allocated',
  INHIBIT_COMMON_ALLOCATION: 'common symbols are always allocated',
  FORCE_GROUP_ALLOCATION: 'COMDAT groups are always resolved',
  LD_FEATURE: 'the language has one dialect',
};

export const refusedFileCommands: ReadonlyMap<string, string> = new Map(
  Object.entries(refusedEverywhere),
);

const noConstructors = 'BPF programs have no constructors';

export const refusedBodyCommands: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...refusedEverywhere,
    CREATE_OBJECT_SYMBOLS: 'a symbol for each file would be a program to some loaders',
    CONSTRUCTORS: noConstructors,
    SORT_BY_INIT_PRIORITY: noConstructors,
    REVERSE: onlyTwoSorts,
    INPUT_SECTION_FLAGS: noFlags,
    SQUAD: 'use QUAD, which is as wide',
    ASCII: 'use BYTE for each character',
    ASCIZ: 'use BYTE for each character',
    LINKER_VERSION: 'the output must not depend on the version of the linker',
  }),
);

/** Refused between an output section's name and its brace. */
export const refusedSectionWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AT: noAddresses,
    BLOCK: 'use ALIGN',
    ALIGN_WITH_INPUT: noAddresses,
    ONLY_IF_RO: noFlags,
    ONLY_IF_RW: noFlags,
    COPY: noFlags,
    INFO: noFlags,
    OVERLAY: noAddresses,
    DSECT: noFlags,
    READONLY: noFlags,
    TYPE: noFlags,
  }),
);

export const refusedFunctions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    LOADADDR: noAddresses,
    ORIGIN: noAddresses,
    LENGTH: noAddresses,
    SEGMENT_START: noAddresses,
    DATA_SEGMENT_ALIGN: noAddresses,
    DATA_SEGMENT_END: noAddresses,
    DATA_SEGMENT_RELRO_END: noAddresses,
    CONSTANT: 'BPF objects have no pages',
    SIZEOF_HEADERS: 'headers are no part of a BPF section',
    BLOCK: 'use ALIGN',
    NEXT: 'use ALIGN',
    LOG2CEIL: 'write the number',
  }),
);
