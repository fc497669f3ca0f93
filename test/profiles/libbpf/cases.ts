/** Objects that break one rule each: what bpfld says of them, and when libbpf notices. */

export interface BrokenObject {
  readonly rule: string;
  /** A fixture, or one of check.ts's changes. */
  readonly object: string;
  readonly severity: 'error' | 'warning';
  /** In bpfld's message. */
  readonly message: string;
  /** When libbpf refuses it; `never` where it goes on, to another effect than was meant. */
  readonly refused: 'at open' | 'at load' | 'never';
  /** Only the newest knows what is broken. */
  readonly newest?: boolean;
}

type Row = readonly [
  rule: string,
  object: string,
  severity: BrokenObject['severity'],
  refused: BrokenObject['refused'],
  message: string,
  versions?: 'newest',
];

const rules = 'libbpf-rules';

const rows: readonly Row[] = [
  ['LIBBPF-001', 'no symbol table', 'error', 'at open', 'no symbol table'],

  ['LIBBPF-002', `${rules}/prefix.o`, 'warning', 'at load', "did you mean 'classifier'?"],
  ['LIBBPF-002', `${rules}/misspelt.o`, 'warning', 'at load', "did you mean 'kprobe/do_unlinkat'?"],
  ['LIBBPF-002', `${rules}/other-name.o`, 'warning', 'at load', "section 'ingress'"],

  [
    'LIBBPF-003',
    `${rules}/static-program.o`,
    'error',
    'at open',
    "'program' in section 'tc' is static",
  ],
  ['LIBBPF-003', `${rules}/statics.o`, 'error', 'at open', '5count'],
  ['LIBBPF-003', `${rules}/no-size.o`, 'error', 'at open', "'program' is 0 bytes at 0"],
  ['LIBBPF-003', 'half an instruction', 'error', 'at open', "'program' is 12 bytes at 0"],
  ['LIBBPF-003', `${rules}/no-function.o`, 'warning', 'never', "section 'tc' has code"],

  [
    'LIBBPF-004',
    `${rules}/subprogram-section.o`,
    'error',
    'at open',
    "call of 'subprogram' in section 'subs'",
  ],
  [
    'LIBBPF-004',
    'call between instructions',
    'error',
    'at open',
    "call of 'subprogram', byte 4 of .text",
  ],
  ['LIBBPF-004', `${rules}/call-no-function.o`, 'error', 'at load', "'program' calls .text+0x0"],
  ['LIBBPF-004', `${rules}/call-section.o`, 'error', 'at load', "within section 'tc'"],
  ['LIBBPF-004', `${rules}/call-inside.o`, 'error', 'never', "inside of 'subprogram', 8 bytes"],

  ['LIBBPF-005', 'relocation of a move', 'error', 'at open', 'at opcode 0xb7'],
  [
    'LIBBPF-005',
    'relocation between instructions',
    'error',
    'at open',
    "relocation of 'tc' at 0x4",
  ],
  ['LIBBPF-005', 'relocated helper call', 'error', 'at open', "against 'subprogram' at a call"],
  ['LIBBPF-005', 'rela/rela.o', 'error', 'never', "relocations of 'classifier' are RELA"],
  [
    'LIBBPF-005',
    'data-pointers/one.o',
    'warning',
    'never',
    "'table_one' in '.data.table' holds 2 addresses (of 'shared', 'target_one')",
  ],

  ['LIBBPF-006', `${rules}/odd-section.o`, 'error', 'at open', "'constant' in section '.Lalloc52'"],
  ['LIBBPF-006', '.bss with bytes', 'error', 'at open', "'constant' in section '.bss'"],
  ['LIBBPF-006', 'data without bytes', 'error', 'at open', "'constant' in section '.Lalloc52'"],
  ['LIBBPF-006', `${rules}/empty-bss.o`, 'error', 'at open', "section '.bss', which is empty"],

  [
    'LIBBPF-006',
    `${rules}/read-only-count.o`,
    'warning',
    'at load',
    "'program' writes to 'slots' in '.rodata.slots'",
  ],
  ['LIBBPF-006', `${rules}/read-only-slot.o`, 'warning', 'at load', "writes to 'slots'"],

  ['LIBBPF-007', 'common symbol', 'error', 'at open', "common symbol 'constant'"],
  ['LIBBPF-007', 'absolute symbol', 'error', 'at open', "absolute symbol 'constant'"],
  [
    'LIBBPF-007',
    `${rules}/typed-undefined.o`,
    'warning',
    'at open',
    "undefined symbol 'subprogram'",
  ],

  [
    'LIBBPF-008',
    `${rules}/program-address.o`,
    'error',
    'at open',
    "address of the function 'program'",
  ],
  ['LIBBPF-008', 'local function by its symbol', 'error', 'at open', 'it is a local symbol'],
  ['LIBBPF-008', 'address between instructions', 'error', 'at open', "instruction of '.text'"],
  ['LIBBPF-008', `${rules}/local-function.o`, 'error', 'at load', 'no function info for it'],

  ['LIBBPF-009', 'plain/plain.o', 'error', 'at open', "section 'maps' ('values')"],
  [
    'LIBBPF-009',
    `${rules}/map-untyped.o`,
    'error',
    'at open',
    "'.maps' needs BTF, and the object has none",
  ],
  ['LIBBPF-009', 'ill-formed BTF of maps', 'error', 'at open', 'is ill-formed'],
  [
    'LIBBPF-009',
    `${rules}/struct-ops-untyped.o`,
    'error',
    'at open',
    "'.struct_ops.link' needs BTF",
    'newest',
  ],
  ['LIBBPF-009', 'ill-formed BTF', 'warning', 'never', 'ill-formed BTF'],

  ['LIBBPF-010', `${rules}/map-static.o`, 'error', 'at open', "map 'values' is static"],
  ['LIBBPF-010', `${rules}/map-second-static.o`, 'error', 'at open', "map 'record' is static"],
  ['LIBBPF-010', `${rules}/map-unknown-field.o`, 'error', 'at open', "unknown field 'max_elem'"],
  ['LIBBPF-010', `${rules}/map-pinning.o`, 'error', 'at open', 'asks for pinning 16'],
  ['LIBBPF-010', `${rules}/map-no-type.o`, 'error', 'at open', 'has no type'],
  ['LIBBPF-010', `${rules}/map-two-sizes.o`, 'error', 'at open', 'its key, 4 and 8'],
  [
    'LIBBPF-010',
    `${rules}/map-plain-number.o`,
    'error',
    'at open',
    "'max_entries' that is no number",
  ],
  ['LIBBPF-010', `${rules}/map-plain-key.o`, 'error', 'at open', 'a key that is no type'],
  ['LIBBPF-010', `${rules}/map-incomplete.o`, 'error', 'at open', 'incomplete type'],
  [
    'LIBBPF-010',
    `${rules}/map-extra-number.o`,
    'error',
    'at open',
    "'map_extra' that is no number",
    'newest',
  ],
  ['LIBBPF-010', `${rules}/map-values-elsewhere.o`, 'error', 'at open', 'its type does not have'],
  ['LIBBPF-010', `${rules}/map-values-inside.o`, 'error', 'at open', "fields behind 'values'"],
  ['LIBBPF-010', `${rules}/map-values-numbers.o`, 'error', 'at open', 'no functions'],
  ['LIBBPF-010', `${rules}/map-values-maps.o`, 'error', 'at open', 'no maps'],
  ['LIBBPF-010', `${rules}/map-values-length.o`, 'error', 'at open', 'a given length'],
  ['LIBBPF-010', `${rules}/map-array.o`, 'error', 'at open', 'no struct'],
  ['LIBBPF-010', 'map beside its place', 'error', 'at open', '.maps+0x8, where no map begins'],
  ['LIBBPF-010', 'map with an addend', 'error', 'never', "8 bytes behind 'values'"],
  [
    'LIBBPF-010',
    `${rules}/slots-subprogram.o`,
    'error',
    'at open',
    "'subprogram', which is no program",
  ],
  ['LIBBPF-010', `${rules}/slots-no-map.o`, 'error', 'at open', "'number', which is no map"],
  ['LIBBPF-010', `${rules}/slots-key.o`, 'error', 'at open', 'keys are not of 4 bytes'],
  ['LIBBPF-010', `${rules}/slots-static-map.o`, 'error', 'at open', "map 'inner' is static"],
  ['LIBBPF-019', 'inner map behind', 'error', 'at load', "'inner', which stands behind it"],

  ['LIBBPF-011', 'map without a symbol', 'error', 'at open', "variable 'values' in '.maps'"],
  ['LIBBPF-011', `${rules}/empty-variable.o`, 'error', 'at open', "section '.bss' of no size"],

  [
    'LIBBPF-012',
    `${rules}/extern-function.o`,
    'warning',
    'at open',
    'undefined symbol: get_nprocs',
  ],
  ['LIBBPF-012', `${rules}/extern-untyped.o`, 'warning', 'at open', 'undefined symbol: get_nprocs'],
  [
    'LIBBPF-012',
    `${rules}/extern-helper.o`,
    'warning',
    'at open',
    'undefined symbol: bpf_ktime_get_ns',
  ],
  [
    'LIBBPF-012',
    `${rules}/extern-misspelt.o`,
    'warning',
    'at open',
    "did you mean 'bpf_ktime_get_ns'?",
  ],
  ['LIBBPF-012', `${rules}/near-function.o`, 'warning', 'at open', "did you mean 'count_packets'?"],
  ['LIBBPF-012', `${rules}/near-map.o`, 'warning', 'at open', "did you mean 'count_packages'?"],
  ['LIBBPF-012', `${rules}/extern-map.o`, 'warning', 'at open', 'undefined map: elsewhere'],
  [
    'LIBBPF-012',
    `${rules}/near-setting.o`,
    'error',
    'at load',
    "did you mean 'LINUX_KERNEL_VERSION'?",
  ],
  ['LIBBPF-012', `${rules}/extern-section.o`, 'warning', 'at open', 'undefined symbol: elsewhere'],
  [
    'LIBBPF-012',
    `${rules}/extern-setting-function.o`,
    'error',
    'at open',
    'a function of .kconfig',
  ],
  [
    'LIBBPF-012',
    `${rules}/extern-setting-type.o`,
    'error',
    'at open',
    'a type that no setting has',
  ],
  ['LIBBPF-012', `${rules}/extern-setting-size.o`, 'error', 'at open', 'has no size'],
  ['LIBBPF-012', `${rules}/extern-setting-name.o`, 'error', 'at load', 'no setting of the kernel'],
  ['LIBBPF-012', 'extern without a symbol', 'error', 'at open', 'is listed in .ksyms'],

  [
    'LIBBPF-014',
    `${rules}/assembly-subprogram.o`,
    'error',
    'at load',
    "'subprogram' has no function info",
  ],

  ['LIBBPF-015', `${rules}/version.o`, 'error', 'at open', "'version' has 2 bytes"],
  ['LIBBPF-015', 'version without bytes', 'error', 'at open', "'version' has no bytes"],
  ['LIBBPF-015', 'license without bytes', 'error', 'at open', "'license' has no bytes"],

  [
    'LIBBPF-016',
    `${rules}/struct-ops-unnamed.o`,
    'error',
    'at open',
    'a type without a name',
    'newest',
  ],
  [
    'LIBBPF-016',
    `${rules}/struct-ops-number.o`,
    'error',
    'at open',
    "'count' in .struct_ops is no struct",
    'newest',
  ],
  ['LIBBPF-016', `${rules}/struct-ops-section.o`, 'error', 'at open', "in section 'tc'", 'newest'],
  [
    'LIBBPF-016',
    `${rules}/struct-ops-member.o`,
    'error',
    'at open',
    "member 'init', no function",
    'newest',
  ],
  [
    'LIBBPF-016',
    `${rules}/struct-ops-unused.o`,
    'warning',
    'at load',
    "the program 'release'",
    'newest',
  ],
  ['LIBBPF-016', `${rules}/arena-none.o`, 'warning', 'at open', 'no map of type ARENA', 'newest'],
  ['LIBBPF-016', `${rules}/arena-two.o`, 'error', 'at open', "'one' and 'two'", 'newest'],

  ['LIBBPF-017', 'CO-RE relocation of an unknown kind', 'error', 'at load', 'unknown kind 99'],
  ['LIBBPF-017', 'CO-RE relocation of a jump', 'error', 'at load', 'opcode 0x05'],

  ['LIBBPF-021', 'refused-types/none.o', 'warning', 'never', "'char' is both SIGNED and CHAR"],
  ['LIBBPF-021', 'types/one.o', 'warning', 'never', "the enum 'level' is of no size"],
  ['LIBBPF-021', 'type with a name that is none', 'warning', 'never', "the name '&_sk_buff'"],
  [
    'LIBBPF-021',
    'pointer with a name',
    'warning',
    'never',
    "the name '__sk_buff' of what has none",
  ],
  [
    'LIBBPF-021',
    'members out of order',
    'warning',
    'never',
    "'pkt_type' of '__sk_buff' out of order",
  ],
  ['LIBBPF-021', 'parameter without a name', 'warning', 'never', "parameter of 'program'"],
  ['LIBBPF-021', 'forward declaration with a size', 'warning', 'never', "'lone' has a size"],
  ['LIBBPF-021', 'refused-types/lock.o', 'error', 'at load', "the bpf_spin_lock in map 'locked'"],
  ['LIBBPF-021', 'refused-types/data.o', 'error', 'at load', "the bpf_spin_lock in 'variable'"],
  ['LIBBPF-021', 'refused-types/storage.o', 'error', 'at load', "'storage' of type sk_storage"],
  ['LIBBPF-021', 'refused-types/callback.o', 'error', 'at load', "a function in 'program' needs"],
  [
    'LIBBPF-021',
    'refused-types/extension.o',
    'error',
    'at load',
    "'program' in 'freplace/program'",
  ],
  ['LIBBPF-021', 'struct_ops of unknown types', 'error', 'at load', "the section '.struct_ops"],
];

export const brokenObjects: readonly BrokenObject[] = rows.map(
  ([rule, object, severity, refused, message, versions]) => ({
    rule,
    object,
    severity,
    refused,
    message,
    newest: versions === 'newest',
  }),
);
