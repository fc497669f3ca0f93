/** What libbpf takes since a version, or up to one: what it is before that a rule says. */
import { exit, loadImm64, movImm } from '../../../src/bpf/build.ts';
import { SHT, STT } from '../../../src/elf/constants.ts';
import type { Version } from '../../../src/model/rule.ts';
import { CODE, DATA, type ObjectSpec, object, RODATA } from '../../support/object.ts';
import { fixtureBytes, objectNamed } from './check.ts';

export interface VersionCase {
  readonly rule: string;
  readonly what: string;
  readonly bytes: () => Uint8Array;
  /** The last that refuses it, and the first that takes it, or the other way around. */
  readonly refuses: Version;
  readonly takes: Version;
  /** In bpfld's message. */
  readonly message: string;
}

const simple = { name: 'classifier', flags: CODE, code: [movImm(0, 7), exit()] };
const entry = { name: 'program', type: STT.FUNC, in: 'classifier', size: 16 };

/** A program in a section of the name. */
function named(section: string): () => Uint8Array {
  const program = { ...simple, name: section };
  return () => object({ sections: [program], symbols: [{ ...entry, in: section }] });
}

/** A program that refers to a variable of the section. */
function refersTo(section: Exclude<ObjectSpec['sections'], undefined>[number]): () => Uint8Array {
  const code = [loadImm64(1, 0n), movImm(0, 7), exit()];
  const relocations = [{ offset: 0, type: 1, symbol: 'variable' }];
  return () =>
    object({
      sections: [{ ...simple, code, relocations }, section],
      symbols: [
        { ...entry, size: 32 },
        { name: 'variable', type: STT.OBJECT, in: section.name, size: 4 },
      ],
    });
}

/** A program that takes the address of a weak function. */
const weakAddress = (): Uint8Array =>
  object({
    sections: [
      {
        ...simple,
        code: [loadImm64(1, 0n, 4), movImm(0, 7), exit()],
        relocations: [{ offset: 0, type: 1, symbol: 'weak' }],
      },
      { name: '.text', flags: CODE, code: [movImm(0, 1), exit()] },
    ],
    symbols: [
      { ...entry, size: 32 },
      { name: 'weak', type: STT.FUNC, binding: 'weak', in: '.text', size: 16 },
    ],
  });

const word = new Uint8Array(4);
const fixture = (path: string) => (): Uint8Array => fixtureBytes(path);

type Row = readonly [
  rule: string,
  what: string,
  refuses: Version,
  takes: Version,
  message: string,
  bytes: () => Uint8Array,
];

const rows: readonly Row[] = [
  ['LIBBPF-002', '`?`', [0, 7], [0, 8], "'?tc' since 0.8 only", named('?tc')],
  ['LIBBPF-002', 'kprobe alone', [0, 7], [0, 8], "'kprobe' since 0.8 only", named('kprobe')],
  ['LIBBPF-002', 'tcx', [1, 2], [1, 3], "'tcx/ingress' since 1.3 only", named('tcx/ingress')],
  ['LIBBPF-002', 'kprobe.session', [1, 4], [1, 5], 'since 1.5 only', named('kprobe.session/x')],
  ['LIBBPF-002', 'fsession', [1, 6], [1, 7], 'since 1.7 only', named('fsession/x')],
  ['LIBBPF-002', 'xdp_pass', [1, 0], [0, 8], "'xdp_pass'", named('xdp_pass')],
  [
    'LIBBPF-006',
    '.data.NAME',
    [0, 5],
    [0, 6],
    "section '.data.mine'",
    refersTo({ name: '.data.mine', flags: DATA, content: word }),
  ],
  [
    'LIBBPF-006',
    '.rodata.NAME',
    [0, 5],
    [0, 6],
    "section '.rodata.mine'",
    refersTo({ name: '.rodata.mine', flags: RODATA, content: word }),
  ],
  [
    'LIBBPF-006',
    '.bss.NAME',
    [1, 0],
    [1, 1],
    "section '.bss.mine'",
    refersTo({ name: '.bss.mine', flags: DATA, type: SHT.NOBITS, size: 4 }),
  ],
  ['LIBBPF-006', 'an empty .bss', [0, 8], [1, 0], "'.bss' is empty", fixture('gcc/other.o')],
  [
    'LIBBPF-006',
    'the arena',
    [1, 3],
    [1, 4],
    '.addr_space.1',
    fixture('verdicts/43-arena/program.o'),
  ],
  ['LIBBPF-006', 'jump tables', [1, 6], [1, 7], '.jumptables', fixture('jump-tables/one.o')],
  [
    'LIBBPF-008',
    'the address of a weak function',
    [1, 3],
    [1, 4],
    'it is a weak symbol',
    weakAddress,
  ],
  [
    'LIBBPF-009',
    'legacy maps',
    [1, 0],
    [0, 8],
    "section 'maps'",
    fixture('verdicts/41-legacy-map/legacy.o'),
  ],
  [
    'LIBBPF-009',
    'a type of a newer kind',
    [0, 8],
    [1, 0],
    'type 1 is of kind 19',
    fixture('declarations/enum-wide.o'),
  ],
  [
    'LIBBPF-017',
    'the newest kind of CO-RE relocations',
    [0, 8],
    [1, 0],
    'the unknown kind 12',
    () => objectNamed('CO-RE relocation of the newest kind'),
  ],
  [
    'LIBBPF-011',
    'a weak variable',
    [0, 7],
    [0, 8],
    "a variable 'datum'",
    fixture('bindings/weak.o'),
  ],
  [
    'LIBBPF-012',
    'a flavor',
    [1, 2],
    [1, 3],
    'has a flavor',
    fixture('verdicts/37-flavor-of-kernel-function/program.o'),
  ],
  ['LIBBPF-016', '.struct_ops.link', [1, 1], [1, 2], 'since 1.2 only', fixture('struct-ops/one.o')],
];

export const versionCases: readonly VersionCase[] = rows.map(
  ([rule, what, refuses, takes, message, bytes]) => ({
    rule,
    what,
    refuses,
    takes,
    message,
    bytes,
  }),
);

/** Legacy maps that libbpf before 1.0 refuses all the same. */
export const oldMaps: readonly (readonly [
  what: string,
  message: string,
  bytes: () => Uint8Array,
])[] = [
  ['static', "map 'odd' is static", fixture('tc-rules/local.o')],
  ['with fields of tc', 'more fields than struct bpf_map_def', fixture('tail-calls/tail.o')],
  [
    'uneven',
    'no whole definitions',
    () =>
      object({
        sections: [simple, { name: 'maps', flags: DATA, content: new Uint8Array(41) }],
        symbols: [
          entry,
          { name: 'one', type: STT.OBJECT, in: 'maps' },
          { name: 'two', type: STT.OBJECT, in: 'maps', value: 20 },
        ],
      }),
  ],
  [
    'too short',
    "map 'two' is shorter",
    () =>
      object({
        sections: [simple, { name: 'maps', flags: DATA, content: new Uint8Array(40) }],
        symbols: [
          entry,
          { name: 'one', type: STT.OBJECT, in: 'maps' },
          { name: 'two', type: STT.OBJECT, in: 'maps', value: 28 },
        ],
      }),
  ],
];
