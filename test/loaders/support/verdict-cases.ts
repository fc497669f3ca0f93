/**
 * The objects of fixtures/verdicts: each has one thing on which loaders differ. All compute what they return from byte
 * 20 of the packet, so that an object that is loaded to the wrong effect is told from one that is loaded right.
 */

export interface VerdictCase {
  /** Of fixtures/verdicts, without the ending: `01-rodata-with-maps/legacy`. */
  readonly object: string;
  /** What is special about it. */
  readonly title: string;
  /**
   * Verdicts that the fixture is there to show: of tc (T), of libbpf 1.7 (B) and of cilium/ebpf 0.22 (C). Loaded right
   * (+), refused (-), loaded to the wrong effect (!), left out (0).
   */
  readonly known: string;
  /** What the program returns where byte 20 is 1, and where it is 2; none where no loader can make sense of it. */
  readonly returns?: readonly [number, number];
  /** A map that asks to be pinned. */
  readonly pinned?: string;
  /** Of the program. Default: `classifier`. */
  readonly section?: string;
  /** Another object of the fixture that legacy tc loads before this one; then no other loader is asked. */
  readonly earlier?: string;
  /** Where `check` cannot agree with all loaders: why, and the codes that it has for each of them. */
  readonly exception?: { readonly why: string; readonly codes: readonly string[] };
}

export const verdictCases: readonly VerdictCase[] = [
  {
    object: '01-rodata-with-maps/legacy',
    known: 'T- C+',
    title: 'a constant in `.rodata`, with a map in `maps`',
    returns: [11, 13],
  },
  {
    object: '01-rodata-with-maps/program',
    known: 'B+ C+',
    title: 'a constant in `.rodata`, with a map in `.maps`',
    returns: [11, 13],
  },
  {
    object: '02-data-without-maps/rodata',
    known: 'T!',
    title: 'an address in `.rodata`, with neither maps nor `.text`',
    returns: [41, 42],
  },
  {
    object: '02-data-without-maps/data',
    known: 'T!',
    title: 'an address in `.data`, with neither maps nor `.text`',
    returns: [41, 42],
  },
  {
    object: '02-data-without-maps/load',
    known: 'T-',
    title: 'a load from `.rodata`, with neither maps nor `.text`',
    returns: [41, 42],
  },
  {
    object: '03-empty-last-section/program',
    known: 'T- B+ C+',
    title: 'an empty last section, no maps',
    returns: [8, 9],
  },
  {
    object: '04-text-without-relocations/program',
    known: 'T-',
    title: 'a `.text` without relocations of its own',
    returns: [6, 7],
  },
  {
    object: '05-undefined-function/program',
    known: 'T-',
    title: 'an undefined function, a relocated `.text`, no maps',
  },
  {
    object: '06-call-by-section/legacy',
    known: 'T+ C+',
    title: 'calls by the symbol of `.text`, with a map in `maps`',
    returns: [5, 8],
  },
  {
    object: '06-call-by-section/program',
    known: 'B+ C+',
    title: 'calls by the symbol of `.text`, with a map in `.maps`',
    returns: [5, 8],
  },
  {
    object: '07-call-by-function/legacy',
    known: 'T-',
    title: 'calls by the symbols of GLOBAL functions, with a map in `maps`',
    returns: [5, 8],
  },
  {
    object: '07-call-by-function/program',
    known: 'B+ C+',
    title: 'calls by the symbols of GLOBAL functions, with a map in `.maps`',
    returns: [5, 8],
  },
  {
    object: '08-call-by-local-function/program',
    known: 'B+ C-',
    title: 'a call by the symbol of a LOCAL function',
    returns: [6, 7],
  },
  {
    object: '09-unreached-function/legacy',
    known: 'T-',
    title: 'a function in `.text` that is not called, with a map in `maps`',
    returns: [5, 8],
  },
  {
    object: '09-unreached-function/program',
    known: 'B+ C+',
    title: 'a function in `.text` that is not called, with a map in `.maps`',
    returns: [5, 8],
  },
  {
    object: '10-call-inside-section/program',
    known: 'T+ B- C-',
    title: "a subprogram in the program's section that has no symbol",
    returns: [6, 7],
  },
  {
    object: '11-callee-in-own-section/program',
    known: 'T- B- C+',
    title: 'a subprogram in another executable section than `.text`',
    returns: [6, 7],
  },
  {
    object: '12-call-into-function/program',
    known: 'B! C-',
    title: 'a call to the middle of a function',
    returns: [6, 7],
  },
  {
    object: '13-local-map/legacy',
    known: 'T- C-',
    title: 'a LOCAL map in `maps`',
    returns: [1, 2],
  },
  {
    object: '13-local-map/program',
    known: 'B- C-',
    title: 'a LOCAL map in `.maps`',
    returns: [1, 2],
  },
  { object: '14-weak-map/legacy', known: 'T-', title: 'a WEAK map in `maps`', returns: [1, 2] },
  {
    object: '14-weak-map/program',
    known: 'B+ C-',
    title: 'a WEAK map in `.maps`',
    returns: [1, 2],
  },
  {
    object: '15-aliased-map/legacy',
    known: 'T-',
    title: 'two symbols of one map in `maps`',
    returns: [1, 2],
  },
  {
    object: '16-map-by-section/program',
    known: 'T!',
    title: 'the second map of `maps` by the symbol of the section',
    returns: [6, 7],
  },
  {
    object: '17-legacy-map-sizes/size16',
    known: 'T+ C-',
    title: 'a map in `maps` of 16 bytes',
    returns: [1, 2],
  },
  {
    object: '17-legacy-map-sizes/size20',
    known: 'T+',
    title: 'a map in `maps` of 20 bytes',
    returns: [1, 2],
  },
  {
    object: '17-legacy-map-sizes/size36',
    known: 'T+ C+',
    title: 'a map in `maps` of 36 bytes',
    returns: [1, 2],
  },
  {
    object: '17-legacy-map-sizes/size40',
    known: 'T-',
    title: 'a map in `maps` of 40 bytes',
    returns: [1, 2],
  },
  { object: '18-number-of-maps/maps64', known: 'T+', title: '64 maps in `maps`', returns: [1, 2] },
  { object: '18-number-of-maps/maps65', known: 'T-', title: '65 maps in `maps`', returns: [1, 2] },
  {
    object: '19-rela/program',
    known: 'T- B- C-',
    title: 'relocations of the kind RELA',
    returns: [143, 144],
  },
  {
    object: '20-license-length/license128',
    known: 'T+',
    title: 'a license of 128 bytes',
    returns: [8, 9],
  },
  {
    object: '20-license-length/license129',
    known: 'T-',
    title: 'a license of 129 bytes',
    returns: [8, 9],
  },
  {
    object: '21-annotated-map/raw',
    known: 'T+',
    title: 'a map in `maps` with `____btf_map_NAME`, DATASECs as compilers write them',
    returns: [1, 2],
  },
  {
    object: '21-annotated-map/repaired',
    known: 'T-',
    title: 'a map in `maps` with `____btf_map_NAME`, DATASECs with their sizes',
    returns: [1, 2],
  },
  {
    object: '22-tail-out-of-range/program',
    known: 'T-',
    title: 'a section `1/4`, and a program array 1 of 4 slots',
    returns: [8, 9],
  },
  {
    object: '23-tail-of-unknown-map/program',
    known: 'T+',
    title: 'a section `3/0`, and no map of id 3',
    returns: [8, 9],
  },
  {
    object: '24-inner-maps/template',
    known: 'T+',
    title: 'an inner map that is a template only (`inner_idx` -1)',
    returns: [1, 2],
  },
  {
    object: '24-inner-maps/two',
    known: 'T+',
    title: 'two inner maps of one id',
    returns: [21, 22],
  },
  {
    object: '25-pinned-map/program',
    known: 'T+',
    title: 'a pinned map in `maps`',
    returns: [1, 2],
    pinned: 'verdict_pinned',
  },
  {
    object: '25-pinned-map/other',
    known: 'T-',
    title: 'a pinned map, while another of its name and of other flags is pinned',
    returns: [1, 2],
    earlier: '25-pinned-map/program',
    exception: {
      why: 'what is pinned already is not in the object, so that nothing is said of it',
      codes: [],
    },
  },
  {
    object: '26-two-functions-in-a-section/program',
    known: 'T-',
    title: 'two programs in one section',
    returns: [6, 7],
  },
  {
    object: '27-data-symbol-with-addend/program',
    known: 'B+ C!',
    title: 'data by a symbol of value 4 and an addend of 4',
    returns: [45, 46],
  },
  {
    object: '28-address-of-function/program',
    known: 'B+ C!',
    title: 'the address of a GLOBAL function that is not the first in `.text`',
    returns: [6, 7],
  },
  {
    object: '29-hidden-function/global',
    known: 'B+ C-',
    title: "a hidden function that needs its caller's context, global in BTF",
    returns: [6, 7],
  },
  {
    object: '29-hidden-function/static',
    known: 'B+ C+',
    title: "a hidden function that needs its caller's context, static in BTF",
    returns: [6, 7],
  },
  {
    object: '30-gap-before-core/longer',
    known: 'B+ C-',
    title: 'code without a symbol before a function with a CO-RE record',
    returns: [6, 7],
  },
  {
    object: '30-gap-before-core/alike',
    known: 'B+ C!',
    title: 'the same, where all functions look alike',
    returns: [6, 7],
  },
  {
    object: '31-names-of-data/bss',
    known: 'B+ C-',
    title: 'a variable in `.bss.foo`',
    returns: [1, 2],
  },
  {
    object: '31-names-of-data/rodatax',
    known: 'B- C+',
    title: 'a constant in `.rodatax`',
    returns: [41, 42],
  },
  {
    object: '32-custom-data-section/program',
    known: 'B- C-',
    title: 'a variable in a section `settings`',
    returns: [41, 42],
  },
  {
    object: '33-common-and-absolute/common',
    known: 'B- C-',
    title: 'a COMMON variable',
    returns: [1, 2],
  },
  {
    object: '33-common-and-absolute/absolute',
    known: 'B- C-',
    title: 'an absolute symbol',
    returns: [41, 42],
  },
  {
    object: '34-subprogram-without-records/program',
    known: 'B-',
    title: 'a subprogram without func_info, a program with it',
    returns: [6, 7],
  },
  {
    object: '35-variable-without-symbol/program',
    known: 'B- C+',
    title: 'a VAR of a DATASEC that has no symbol',
    returns: [41, 42],
  },
  {
    object: '36-weak-setting/program',
    known: 'B+ C-',
    title: 'a weak extern in `.kconfig`',
    returns: [1, 2],
  },
  {
    object: '37-flavor-of-kernel-function/program',
    known: 'B+ C-',
    title: 'functions of the kernel by a name with a flavor (`___v1`)',
    returns: [6, 7],
  },
  {
    object: '38-static-program/program',
    known: 'B- C+',
    title: 'a static program',
    returns: [6, 7],
  },
  {
    object: '39-one-name-twice/program',
    known: 'B+ C-',
    title: 'two programs of one name in two sections',
    returns: [6, 7],
  },
  {
    object: '40-size-of-function/zero',
    known: 'B- C-',
    title: 'a program whose symbol has size 0',
    returns: [6, 7],
  },
  {
    object: '40-size-of-function/past',
    known: 'B- C-',
    title: 'a program whose symbol leads out of its section',
    returns: [6, 7],
    exception: {
      why: 'bpfld does not read such a file, for which loader ever; some of them do not look',
      codes: ['ELF-006'],
    },
  },
  { object: '41-legacy-map/legacy', known: 'T+ B- C+', title: 'a map in `maps`', returns: [1, 2] },
  {
    object: '42-optional-program/program',
    known: 'B0 C+',
    title: 'a program in `?tc`',
    returns: [6, 7],
    section: '?tc',
  },
  {
    object: '43-arena/program',
    known: 'B+ C-',
    title: 'a variable of an arena',
    returns: [41, 42],
  },
  {
    object: '44-slot-in-another-section/program',
    known: 'B+ C+',
    title: 'a program array in `.maps` with a program of another section',
    returns: [6, 7],
  },
  {
    object: '45-big-endian/program.be',
    known: 'T-',
    title: 'a big-endian object',
    returns: [6, 7],
  },
  {
    object: '45-big-endian/plain.be',
    known: 'T-',
    title: 'a big-endian object without types',
    returns: [6, 7],
  },
];
