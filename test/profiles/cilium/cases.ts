/** Objects that break one rule each: what bpfld says of them, and when cilium/ebpf or the kernel notice. */

export interface BrokenObject {
  readonly rule: string;
  /** A fixture, a change to one, or an object made for the purpose. */
  readonly object: string;
  readonly severity: 'error' | 'warning';
  /**
   * Refused when the object is read, when it is loaded, or never: then something else happens than was meant, which
   * test/loaders/cilium-rules.test.ts shows.
   */
  readonly refused: 'at reading' | 'at loading' | 'never';
  /** In bpfld's message. */
  readonly message: string;
  /** Of cilium/ebpf, where the newest does without the rule. */
  readonly version: '0.13' | '0.20' | 'newest';
}

type Row = readonly [
  rule: string,
  object: string,
  severity: BrokenObject['severity'],
  refused: BrokenObject['refused'],
  message: string,
  version?: '0.13' | '0.20',
];

const own = 'cilium-rules';
const theirs = 'libbpf-rules';

const rows: readonly Row[] = [
  ['CILIUM-001', 'program in licensecheck', 'error', 'never', 'takes it for the license'],
  ['CILIUM-001', 'program in .data_prog', 'error', 'never', 'takes it for data'],
  ['CILIUM-001', 'text in license_note', 'error', 'never', "'license_note' for the license"],
  ['CILIUM-001', 'text in version_note', 'error', 'never', "'version_note' for the version"],
  ['CILIUM-001', `${theirs}/version.o`, 'error', 'at reading', 'has 2 bytes, a version is 4'],
  ['CILIUM-001', '.data of another type', 'error', 'at reading', 'its type is 0x7'],
  [
    'CILIUM-001',
    'two sections of one name',
    'error',
    'at loading',
    "more than one section '.data'",
  ],

  ['CILIUM-002', 'code without a symbol', 'error', 'at reading', "section 'tc' has code"],
  ['CILIUM-002', 'two names of a program', 'error', 'never', "knows 'other' only"],
  ['CILIUM-002', 'two names of a callee', 'error', 'at loading', "knows 'other' only"],
  ['CILIUM-002', 'function of no size', 'error', 'at reading', "'lower' in section '.text' has no"],
  ['CILIUM-002', 'half an instruction', 'error', 'at reading', 'no whole instructions'],
  ['CILIUM-002', 'half a load', 'error', 'at reading', 'no whole instructions'],
  ['CILIUM-002', 'load with a second half of its own', 'error', 'at reading', 'no whole'],
  [
    'CILIUM-002',
    'verdicts/30-gap-before-core/longer.o',
    'error',
    'at loading',
    "16 bytes behind 'first' in section '.text' belong to no function",
    '0.20',
  ],
  ['CILIUM-002', 'code before the first symbol', 'error', 'at reading', 'does not begin', '0.20'],

  ['CILIUM-003', 'two functions of one name', 'error', 'at reading', "each have a function 'same'"],
  [
    'CILIUM-003',
    'two functions of one name in a section',
    'error',
    'at reading',
    "has two functions 'same'",
  ],
  ['CILIUM-003', 'program in clasifier', 'warning', 'never', "mean 'classifier'?"],
  ['CILIUM-003', `${theirs}/other-name.o`, 'warning', 'never', "section 'ingress' no type"],
  ['CILIUM-003', 'program in tcpmon', 'warning', 'never', 'takes its programs for sched_cls'],
  ['CILIUM-003', 'program in ?xdp', 'warning', 'never', "section '?xdp' unasked"],

  ['CILIUM-004', `${own}/called-program.o`, 'error', 'at loading', "'sum', which 'program' calls"],

  ['CILIUM-005', 'static callee by its symbol', 'error', 'at reading', "static function 'lower'"],
  ['CILIUM-005', 'weak callee', 'error', 'at reading', "weak function 'lower'", '0.20'],
  ['CILIUM-005', 'callee that is data', 'error', 'at reading', "no function's"],
  ['CILIUM-005', 'call beside a function', 'error', 'at reading', 'calls .text+0x8'],
  ['CILIUM-005', `${theirs}/call-section.o`, 'error', 'at reading', 'where no function begins'],
  ['CILIUM-005', 'call of a symbol and 0', 'error', 'never', "'upper' in 'program' has the"],
  ['CILIUM-005', 'gcc/gas.o', 'error', 'at loading', 'has the immediate 15'],
  ['CILIUM-005', 'relocated helper call', 'error', 'at reading', 'as that of a helper'],
  ['CILIUM-005', 'relocated move', 'error', 'at reading', 'opcode 0xb7'],
  ['CILIUM-005', 'program that calls itself', 'error', 'at loading', "in the program 'program'"],
  ['CILIUM-005', `${theirs}/program-address.o`, 'error', 'at loading', 'takes its address'],

  ['CILIUM-006', 'address of the upper function', 'error', 'never', "ebpf that of 'lower'"],
  ['CILIUM-006', 'callbacks that are static by their types', 'error', 'never', "that of 'hundred'"],
  ['CILIUM-006', 'address of a function behind a gap', 'error', 'at reading', "address of 'upper'"],
  ['CILIUM-006', `${own}/weak-callback.o`, 'error', 'at reading', "weak function 'five'"],
  ['CILIUM-006', 'address beside a function', 'error', 'at reading', 'address of .text+0x8'],
  ['CILIUM-006', 'address of a label', 'error', 'at reading', "address of 'label'"],
  ['CILIUM-006', `${theirs}/local-function.o`, 'error', 'at loading', 'no function info for it'],
  ['CILIUM-006', `${own}/callback.o`, 'error', 'at loading', 'not static by its type'],

  ['CILIUM-007', 'data in .bss.mine', 'error', 'at reading', "'datum' in section '.bss.mine'"],
  ['CILIUM-007', 'relocation without a symbol', 'error', 'at reading', 'names no symbol'],
  ['CILIUM-007', 'data in .data.mine', 'error', 'at reading', "section '.data.mine'", '0.13'],
  ['CILIUM-007', `${theirs}/odd-section.o`, 'error', 'at reading', "section '.Lalloc52'"],
  ['CILIUM-007', `${theirs}/arena-two.o`, 'error', 'at reading', "section '.addr_space.1'"],
  ['CILIUM-007', 'jump-tables/one.o', 'error', 'at reading', "section '.jumptables'"],
  ['CILIUM-007', 'common data', 'error', 'at reading', "'datum' in COMMON"],
  ['CILIUM-007', 'absolute data', 'error', 'at reading', "'datum' in ABS"],
  ['CILIUM-007', 'addend of a variable', 'error', 'never', 'drops the 4'],
  ['CILIUM-007', 'variable without a type', 'error', 'at reading', 'does not take for data'],
  ['CILIUM-007', 'function in .data', 'error', 'at reading', "a function's symbol"],
  ['CILIUM-007', 'weak variable', 'error', 'at reading', 'does not take for data', '0.13'],
  ['CILIUM-007', 'move of data', 'error', 'at loading', 'opcode 0xb7, no ld_imm64'],
  ['CILIUM-007', 'reference to struct_ops', 'error', 'at reading', "'.struct_ops.link'"],

  ['CILIUM-008', `${theirs}/map-static.o`, 'error', 'at reading', "the map 'values' by a local"],
  ['CILIUM-008', 'map by its section', 'error', 'at reading', "the map 'values' by a local"],
  ['CILIUM-008', `${own}/weak-map.o`, 'error', 'at reading', "the weak map 'values'"],
  ['CILIUM-008', 'weak map', 'error', 'at reading', "the weak map 'values'"],
  ['CILIUM-008', 'function among maps', 'error', 'at reading', "'fun' among maps"],
  ['CILIUM-008', 'map with an addend', 'error', 'at loading', "8 bytes behind the map 'values'"],
  ['CILIUM-008', 'two names of a map', 'error', 'at loading', "knows as 'other' only"],
  ['CILIUM-008', 'move of a map', 'error', 'at loading', 'opcode 0xb7, no ld_imm64'],

  ['CILIUM-009', `${own}/no-types.o`, 'error', 'at reading', "'.maps' needs BTF"],
  ['CILIUM-009', `${theirs}/extern-map.o`, 'error', 'at reading', "only one has 'elsewhere'"],
  ['CILIUM-009', 'a map under another name', 'error', 'at reading', "only one has 'values'"],
  [
    'CILIUM-009',
    'a placed map under another name',
    'error',
    'at reading',
    "'values' has no symbol",
  ],
  [
    'CILIUM-009',
    'bytes behind a map',
    'error',
    'at reading',
    "8 bytes of '.maps' belong to no map",
    '0.20',
  ],
  ['CILIUM-009', 'a map with bytes', 'error', 'at reading', "the map 'values' holds values"],
  ['CILIUM-009', 'data-pointers/static-one.o', 'error', 'at reading', 'holds values'],
  ['CILIUM-009', `${own}/numa-node.o`, 'error', 'at reading', "the field 'numa_node'"],
  ['CILIUM-009', `${theirs}/map-unknown-field.o`, 'error', 'at reading', "field 'max_elem'"],
  ['CILIUM-009', `${theirs}/map-two-sizes.o`, 'error', 'at reading', 'its key twice'],
  ['CILIUM-009', `${theirs}/map-plain-number.o`, 'error', 'at reading', "'max_entries' that is no"],
  ['CILIUM-009', `${theirs}/map-extra-number.o`, 'error', 'at reading', "'map_extra' that is no"],
  ['CILIUM-009', `${theirs}/map-plain-key.o`, 'error', 'at reading', 'a key that is no type'],
  ['CILIUM-009', `${theirs}/map-incomplete.o`, 'error', 'at reading', 'incomplete type'],
  ['CILIUM-009', `${theirs}/map-array.o`, 'error', 'at reading', 'is no struct'],
  ['CILIUM-009', `${theirs}/map-no-type.o`, 'error', 'at loading', 'has no type'],
  ['CILIUM-009', `${theirs}/map-pinning.o`, 'error', 'at loading', 'asks for pinning 16'],
  ['CILIUM-009', `${theirs}/map-values-inside.o`, 'error', 'at reading', "fields behind 'values'"],
  ['CILIUM-009', `${theirs}/map-values-elsewhere.o`, 'error', 'at reading', 'values of 8 bytes'],
  ['CILIUM-009', `${theirs}/map-values-numbers.o`, 'error', 'at reading', 'neither maps nor'],
  ['CILIUM-009', `${theirs}/slots-static-map.o`, 'error', 'at reading', 'holds values'],
  ['CILIUM-009', `${theirs}/slots-no-map.o`, 'error', 'at loading', "'number' in slot 0"],
  ['CILIUM-009', `${theirs}/slots-subprogram.o`, 'error', 'at loading', "'subprogram' in slot"],
  ['CILIUM-009', `${theirs}/slots-key.o`, 'error', 'at loading', 'keys of 8 bytes'],

  ['CILIUM-010', 'maps without a symbol', 'error', 'at reading', 'none is in it'],
  ['CILIUM-010', 'map of 16 bytes', 'error', 'at reading', 'has 16 bytes'],
  ['CILIUM-010', 'tc-rules/short-struct.o', 'error', 'at reading', "the map 'odd'"],
  ['CILIUM-010', 'map with an id', 'error', 'at loading', 'has 36 bytes'],
  ['CILIUM-010', 'tc-rules/pinning.o', 'error', 'at loading', "the map 'odd'"],
  ['CILIUM-010', 'map of maps without one', 'warning', 'at loading', 'is for maps'],
  ['CILIUM-010', 'maps of two sizes', 'error', 'at reading', 'not of one size', '0.20'],
  ['CILIUM-010', 'two maps of one name', 'error', 'at reading', "more than one map 'same'"],

  ['CILIUM-011', `${own}/hidden.o`, 'warning', 'at loading', "the hidden function 'twice_of'"],
  ['CILIUM-011', `${own}/hidden-result.o`, 'error', 'at loading', 'does not return a number'],

  ['CILIUM-012', `${own}/gap.o`, 'error', 'at loading', "16 bytes at the start of section '.text'"],
  ['CILIUM-012', 'second line record at the first one', 'error', 'never', 'two stand at byte 0x0'],
  [
    'CILIUM-012',
    `${theirs}/assembly-subprogram.o`,
    'error',
    'at loading',
    "'subprogram' has no function info",
  ],

  ['CILIUM-013', 'ill-formed BTF', 'error', 'at reading', '.BTF: '],
  ['CILIUM-013', 'gcc-types/one.o', 'error', 'at reading', 'the function info is empty'],
  ['CILIUM-013', 'line info of another size', 'error', 'at reading', 'the line info: '],
  ['CILIUM-013', 'function info without a section', 'error', 'at reading', 'section is empty'],
  ['CILIUM-013', 'function info of a type', 'error', 'at reading', 'is not a function'],
  ['CILIUM-013', 'variable of another size', 'error', 'at reading', "the size of 'pair'"],
  ['CILIUM-013', `${theirs}/empty-bss.o`, 'error', 'at loading', "section '.bss' is referred to"],
  [
    'CILIUM-013',
    'bindings/unresolved.o',
    'error',
    'at reading',
    "lists 'datum' in '.data'",
    '0.13',
  ],
  ['CILIUM-013', `${theirs}/extern-section.o`, 'error', 'at reading', 'is not there', '0.13'],

  [
    'CILIUM-013',
    'rust-types/names.o',
    'error',
    'at loading',
    'has a name that is none to the kernel',
  ],
  ['CILIUM-013', 'types/one.o', 'error', 'at loading', "the type 'level' is an enum of no size"],

  ['CILIUM-014', 'two variables of one name', 'error', 'at reading', "two variables 'datum'"],
  ['CILIUM-014', `${own}/static-setting.o`, 'warning', 'never', 'const volatile and static'],
  ['CILIUM-014', `${own}/hidden-setting.o`, 'warning', 'never', 'const volatile and hidden'],

  ['CILIUM-015', `${own}/weak-setting.o`, 'error', 'at reading', "weak setting 'CONFIG_HZ'"],
  ['CILIUM-015', `${own}/beside-setting.o`, 'error', 'at reading', 'no setting of .kconfig'],
  ['CILIUM-015', `${own}/version-typedef.o`, 'error', 'at loading', 'does not take for a number'],
  ['CILIUM-015', `${own}/cookie.o`, 'error', 'at loading', "'LINUX_HAS_BPF_COOKIE' of .kconfig"],
  ['CILIUM-015', `${theirs}/extern-setting-name.o`, 'error', 'at loading', "'HZ' of .kconfig"],
  ['CILIUM-015', `${theirs}/near-setting.o`, 'error', 'at loading', "mean 'LINUX_KERNEL_VERSION'?"],
  ['CILIUM-015', `${theirs}/extern-setting-function.o`, 'error', 'at reading', 'is a function'],
  ['CILIUM-015', `${theirs}/extern-setting-type.o`, 'error', 'at reading', 'no setting has'],
  ['CILIUM-015', `${own}/flavor.o`, 'error', 'at loading', 'by its whole name'],
  ['CILIUM-015', `${own}/weak-flavor.o`, 'error', 'never', 'by its whole name'],
  ['CILIUM-015', `${own}/typed-address.o`, 'error', 'at reading', "'bpf_prog_put' is declared as"],
  ['CILIUM-015', `${own}/address.o`, 'error', 'at reading', "'bpf_prog_put' is declared", '0.13'],
  ['CILIUM-015', 'kernel-functions/weak.o', 'error', 'at reading', 'weak name', '0.13'],
  ['CILIUM-015', 'undefined function', 'error', 'at loading', 'undefined function: open'],
  ['CILIUM-015', `${theirs}/near-function.o`, 'error', 'at loading', "mean 'count_packets'?"],
  ['CILIUM-015', 'undefined function with a type', 'error', 'at reading', 'has a type'],
  ['CILIUM-015', 'undefined local symbol', 'error', 'at reading', 'is local'],

  ['CILIUM-016', 'undefined data', 'error', 'never', 'undefined data: open'],
  ['CILIUM-016', 'rela/rela.o', 'error', 'at reading', "'classifier' are RELA"],
  ['CILIUM-016', 'table in .struct_ops', 'error', 'at reading', "no section '.struct_ops'"],
  [
    'CILIUM-016',
    'table in ?.struct_ops.link',
    'error',
    'never',
    "skips section '?.struct_ops.link'",
  ],
  ['CILIUM-016', `${theirs}/struct-ops-fine.o`, 'error', 'never', 'skips section', '0.20'],
  ['CILIUM-016', `${theirs}/struct-ops-untyped.o`, 'error', 'at reading', 'needs BTF'],
  ['CILIUM-016', `${theirs}/struct-ops-section.o`, 'error', 'at reading', "names 'init'"],

  ['CILIUM-018', 'cilium-features/ring.o', 'warning', 'at loading', 'does not round up to pages'],
  ['CILIUM-018', 'cilium-features/arena.o', 'error', 'at loading', "'arena' is an arena"],
  ['CILIUM-018', 'cilium-features/graph.o', 'error', 'at loading', "list or tree of 'node'"],
  ['CILIUM-018', 'cilium-features/own-pointer.o', 'error', 'at loading', "__kptr to 'own'"],
  [
    'CILIUM-018',
    'cilium-features/private.o',
    'error',
    'at loading',
    "beside the global variable 'c",
  ],
  [
    'CILIUM-018',
    'cilium-features/exception.o',
    'error',
    'at loading',
    "exception callback 'handler'",
  ],
];

export const brokenObjects: readonly BrokenObject[] = rows.map((row) => {
  const [rule, object, severity, refused, message, version] = row;
  return { rule, object, severity, refused, message, version: version ?? 'newest' };
});

/** What breaks no rule, and loads. */
export const fineObjects: readonly string[] = [
  'fine program',
  'map of 36 bytes',
  `${own}/fine.o`,
  `${own}/setting.o`,
  `${own}/address.o`,
  `${own}/version-plain.o`,
  `${theirs}/fine.o`,
  `${theirs}/map-fine.o`,
  `${theirs}/slots-fine.o`,
  'kernel-functions/one.o',
];
