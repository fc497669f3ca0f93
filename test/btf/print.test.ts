import { expect, test } from 'vitest';
import { KIND } from '../../src/btf/format.ts';
import { printHeader, printType, printTypes } from '../../src/btf/print-c.ts';
import { info, type TypeRows, table } from './support/table.ts';

const SIGNED = 0x01000000;
/** Type 1 of the tables here. */
const int = (name: (text: string) => number): number[] => [
  name('int'),
  info(KIND.INT),
  4,
  SIGNED | 32,
];
const char = (name: (text: string) => number): number[] => [
  name('char'),
  info(KIND.INT),
  1,
  SIGNED | 8,
];
const long = (name: (text: string) => number): number[] => [
  name('long int'),
  info(KIND.INT),
  8,
  SIGNED | 64,
];

/** The type that is last. */
function lastType(types: TypeRows): string {
  const btf = table(types);
  return printType(btf, btf.typeCount);
}

test.each<[string, TypeRows]>([
  ['void', () => []],
  ['int', (name) => [int(name)]],
  ['(unnamed)', () => [[0, info(KIND.INT), 4, 0]]],
  ['int *', (name) => [int(name), [0, info(KIND.PTR), 1]]],
  ['const int', (name) => [int(name), [0, info(KIND.CONST), 1]]],
  [
    'const volatile int *restrict',
    (name) => [
      int(name),
      [0, info(KIND.VOLATILE), 1],
      [0, info(KIND.CONST), 2],
      [0, info(KIND.PTR), 3],
      [0, info(KIND.RESTRICT), 4],
    ],
  ],
  [
    'const void *',
    () => [
      [0, info(KIND.CONST), 0],
      [0, info(KIND.PTR), 1],
    ],
  ],
  [
    'int __attribute__((btf_type_tag("user"))) *',
    (name) => [int(name), [name('user'), info(KIND.TYPE_TAG), 1], [0, info(KIND.PTR), 2]],
  ],
  [
    'int __attribute__((address_space(1))) *',
    (name) => [
      int(name),
      [name('address_space(1)'), info(KIND.TYPE_TAG, 0, true), 1],
      [0, info(KIND.PTR), 2],
    ],
  ],
  [
    'const int [4][]',
    (name) => [
      int(name),
      [0, info(KIND.ARRAY), 0, 1, 1, 0],
      [0, info(KIND.CONST), 2],
      [0, info(KIND.ARRAY), 0, 3, 1, 4],
    ],
  ],
  ['int (*)[4]', (name) => [int(name), [0, info(KIND.ARRAY), 0, 1, 1, 4], [0, info(KIND.PTR), 2]]],
  ['struct foo', (name) => [[name('foo'), info(KIND.STRUCT), 0]]],
  ['union {...}', () => [[0, info(KIND.UNION), 0]]],
  ['union foo', (name) => [[name('foo'), info(KIND.FWD, 0, true), 0]]],
  ['enum foo', (name) => [[name('foo'), info(KIND.ENUM64), 8]]],
  ['SEC(".maps")', (name) => [[name('.maps'), info(KIND.DATASEC), 0]]],
  [
    '__attribute__((btf_decl_tag("a")))',
    (name) => [
      [0, info(KIND.STRUCT), 0],
      [name('a'), info(KIND.DECL_TAG), 1, -1],
    ],
  ],
  [
    'core::fmt::Arguments<&str>',
    (name) => [[name('core::fmt::Arguments<&str>'), info(KIND.TYPEDEF), 0]],
  ],
  ['a?b', (name) => [[name('a\nb'), info(KIND.TYPEDEF), 0]]],
  [
    'int sub(struct ctx *p, ...)',
    (name) => [
      int(name),
      [name('ctx'), info(KIND.STRUCT), 0],
      [0, info(KIND.PTR), 2],
      [0, info(KIND.FUNC_PROTO, 2), 1, name('p'), 3, 0, 0],
      [name('sub'), info(KIND.FUNC, 1), 4],
    ],
  ],
  [
    'static void (*pick(void))(int)',
    (name) => [
      int(name),
      [0, info(KIND.FUNC_PROTO, 1), 0, 0, 1],
      [0, info(KIND.PTR), 2],
      [0, info(KIND.FUNC_PROTO), 3],
      [name('pick'), info(KIND.FUNC), 4],
    ],
  ],
  [
    'int old()',
    (name) => [
      int(name),
      [0, info(KIND.FUNC_PROTO, 1), 1, 0, 0],
      [name('old'), info(KIND.FUNC, 1), 2],
    ],
  ],
  [
    'extern const volatile struct foo *x[4]',
    (name) => [
      [name('foo'), info(KIND.STRUCT), 0],
      [0, info(KIND.VOLATILE), 1],
      [0, info(KIND.CONST), 2],
      [0, info(KIND.PTR), 3],
      [0, info(KIND.ARRAY), 0, 4, 0, 4],
      [name('x'), info(KIND.VAR), 5, 2],
    ],
  ],
])('%s', (text, types) => {
  // `int *x` but `int *`: an empty name leaves no space.
  expect(lastType(types)).toBe(text);
});

/** What the tables become, without empty lines. */
function definitions(types: TypeRows, roots?: readonly number[]): string {
  return printTypes(table(types), roots).replaceAll('\n\n', '\n').trimEnd();
}

test('types come after what they contain, and declarations before what points to them', () => {
  const types: TypeRows = (name) => [
    [name('outer'), info(KIND.STRUCT, 2), 16, name('in'), 2, 0, name('next'), 3, 64],
    [name('inner_t'), info(KIND.TYPEDEF), 5],
    [0, info(KIND.PTR), 4],
    [name('later'), info(KIND.STRUCT, 1), 16, name('o'), 1, 0],
    [name('inner'), info(KIND.STRUCT, 1), 8, name('self'), 6, 0],
    [0, info(KIND.PTR), 5],
  ];
  expect(definitions(types)).toBe(`struct inner;
typedef struct inner inner_t;
struct inner {
	struct inner *self;
};
struct later;
struct outer {
	inner_t in;
	struct later *next;
};
struct later {
	struct outer o;
};`);
});

test('anonymous types are written where they are used', () => {
  const types: TypeRows = (name) => [
    int(name),
    [name('s'), info(KIND.STRUCT, 3), 16, 0, 3, 0, name('e'), 4, 64, name('f'), 6, 96],
    [0, info(KIND.UNION, 2), 8, name('a'), 1, 0, 0, 5, 0],
    [0, info(KIND.ENUM, 2, true), 4, name('NO'), -1, name('YES'), 1],
    [0, info(KIND.STRUCT, 1), 8, name('b'), 1, 32],
    [0, info(KIND.CONST), 1],
  ];
  expect(definitions(types)).toBe(`struct s {
	union {
		int a;
		struct {
			int: 32;
			int b;
		};
	};
	enum {
		NO = -1,
		YES = 1,
	} e;
	const int f;
};`);
});

test('enums have their sizes, and constants no enum', () => {
  const types: TypeRows = (name) => [
    [name('small'), info(KIND.ENUM, 1), 1, name('S'), 255],
    [name('wide'), info(KIND.ENUM64, 1), 8, name('W'), 1, 0x80000000],
    [name('least'), info(KIND.ENUM64, 1, true), 8, name('L'), 0, 0x80000000],
    [0, info(KIND.ENUM, 1), 4, name('C'), 7],
    [name('forward'), info(KIND.ENUM), 4],
    [0, info(KIND.PTR), 5],
    [name('p'), info(KIND.TYPEDEF), 6],
  ];
  expect(definitions(types)).toBe(`enum small {
	S = 255,
} __attribute__((mode(byte)));
enum wide {
	W = 9223372036854775809ULL,
} __attribute__((mode(DI)));
enum least {
	L = (-9223372036854775807LL - 1),
} __attribute__((mode(DI)));
enum forward;
typedef enum forward *p;
enum {
	C = 7,
};`);
});

test('a name of several types is given to one', () => {
  const types: TypeRows = (name) => [
    [name('foo'), info(KIND.STRUCT), 0],
    [name('foo'), info(KIND.STRUCT, 1), 8, name('p'), 4, 0],
    [name('foo'), info(KIND.FWD, 0, true), 0],
    [0, info(KIND.PTR), 3],
    [name('t'), info(KIND.TYPEDEF), 1],
    [name('t'), info(KIND.TYPEDEF), 2],
    [0, info(KIND.ENUM, 1), 4, name('t'), 0],
  ];
  expect(definitions(types)).toBe(`struct foo {};
union foo___3;
struct foo___2 {
	union foo___3 *p;
};
typedef struct foo t;
typedef struct foo___2 t___2;
enum {
	t___3 = 0,
};`);
});

test('names and numbers of other languages become C', () => {
  const types: TypeRows = (name) => [
    [name('u32'), info(KIND.INT), 4, 32],
    [
      name('&str'),
      info(KIND.STRUCT, 3),
      32,
      name('0'),
      1,
      0,
      name('int'),
      3,
      64,
      name('a b'),
      4,
      128,
    ],
    [name('f64'), info(KIND.FLOAT), 8],
    [name('long double'), info(KIND.FLOAT), 16],
    [name('unsigned'), info(KIND.TYPEDEF), 1],
  ];
  expect(definitions(types)).toBe(`typedef unsigned int u32;
typedef double f64;
typedef unsigned __int128 long_double;
struct _str {
	u32 _0;
	f64 int_;
	long_double a_b;
};
typedef u32 unsigned_;`);
});

test.each<[string, number, boolean, [number, number, number][], string]>([
  [
    'natural',
    16,
    false,
    [
      [2, 0, 0],
      [3, 64, 0],
    ],
    'char a; long int b; }',
  ],
  [
    'packed',
    9,
    false,
    [
      [2, 0, 0],
      [3, 8, 0],
    ],
    'char a; long int b; } packed',
  ],
  [
    'a gap',
    8,
    false,
    [
      [2, 0, 0],
      [2, 32, 0],
    ],
    'char a; char: 8; short: 16; char b; char: 8; short: 16; }',
  ],
  ['an aligned end', 64, false, [[3, 0, 0]], `long int a; ${'long: 64; '.repeat(7)}}`],
  ['a large gap', 4096, false, [[3, 0, 0]], 'long int a; unsigned char __pad[4088]; }'],
  [
    'bit-fields',
    4,
    true,
    [
      [1, 0, 3],
      [1, 3, 29],
    ],
    'int a: 3; int b: 29; }',
  ],
  [
    'a gap of bits',
    4,
    true,
    [
      [1, 0, 3],
      [1, 5, 1],
    ],
    'int a: 3; char: 2; int b: 1; }',
  ],
  [
    'bit-fields across a unit',
    5,
    true,
    [
      [1, 0, 20],
      [1, 20, 20],
    ],
    'int a: 20; int b: 20; } packed',
  ],
  [
    'another order',
    16,
    false,
    [
      [3, 64, 0],
      [1, 0, 0],
    ],
    'int b; long int a; }',
  ],
  [
    'a member of no size',
    8,
    false,
    [
      [0, 0, 0],
      [1, 32, 0],
    ],
    'int: 32; int b; }',
  ],
  [
    'members that share bytes',
    8,
    false,
    [
      [3, 0, 0],
      [1, 32, 0],
    ],
    'union { long int a; struct { int: 32; int b; } packed; unsigned char __pad[8]; } packed; }',
  ],
])('layout: %s', (_, size, bits, members, text) => {
  const printed = definitions((name) => [
    int(name),
    char(name),
    long(name),
    [
      name('s'),
      info(KIND.STRUCT, members.length, bits),
      size,
      ...members.flatMap(([type, at, width], i) => [name('ab'[i]!), type, (width << 24) | at]),
    ],
  ]);
  const short = printed.replace(/\s+/g, ' ').replaceAll('__attribute__((packed))', 'packed');
  expect(short).toBe(`struct s { ${text};`);
});

test('an array of what C cannot know yet is a pointer to it', () => {
  const types: TypeRows = (name) => [
    [name('Foo'), info(KIND.STRUCT, 1), 8, name('p'), 2, 0],
    [0, info(KIND.PTR), 3],
    [0, info(KIND.ARRAY), 0, 1, 0, 4],
  ];
  expect(definitions(types)).toBe('struct Foo {\n\tstruct Foo *p;\n};');
});

test('roots bring what they need, and nothing else', () => {
  const types: TypeRows = (name) => [
    int(name),
    [name('wanted'), info(KIND.STRUCT, 1), 4, name('a'), 3, 0],
    [name('needed'), info(KIND.TYPEDEF), 1],
    [name('other'), info(KIND.STRUCT), 0],
    [0, info(KIND.FUNC_PROTO, 1), 0, 0, 2],
    [name('f'), info(KIND.FUNC, 1), 5],
    [name('v'), info(KIND.VAR), 2, 1],
  ];
  const both = 'typedef int needed;\nstruct wanted {\n\tneeded a;\n};';
  expect(definitions(types, [2])).toBe(both);
  expect(definitions(types, [7])).toBe(both);
});

test('a header can be included twice, and asks for CO-RE relocations', () => {
  const text = printHeader(table((name) => [[name('foo'), info(KIND.STRUCT), 0]]));
  expect(text).toMatch(/^#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n/);
  expect(text).toContain('preserve_access_index');
  expect(text).toContain('struct foo {};\n');
});
