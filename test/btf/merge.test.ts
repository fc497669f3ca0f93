import { expect, test } from 'vitest';
import { dedupBtf } from '../../src/btf/dedup.ts';
import { KIND } from '../../src/btf/format.ts';
import { declare } from './support/declare.ts';
import { merge, mergeTexts, namedTypes, titles } from './support/merge.ts';
import { info, table } from './support/table.ts';

/** Each is one table's text, and then another's that adds nothing to it. */
const equal: readonly [what: string, text: string, other?: string][] = [
  ['basic types', 'int; char; long; float'],
  ['references', '*const char; volatile int; restrict int; [3]int; typedef t int'],
  ['a prototype', '*fn(a: int, b: *char) long'],
  ['a struct', 'struct s { a: int, b: *char }'],
  ['a union', 'union u { a: int, b: *char }'],
  ['an enum', 'enum e { A = 1, B = 2 }'],
  ['a wide enum', 'enum64 e { A = 1, B = 2 }'],
  ['an enum without a name', '*enum { A = 1 }'],
  ['a struct without a name', 'typedef t struct { a: int, b: union { c: int, d: char } }'],
  ['bit-fields', 'struct s { a: int : 3, b: int : 5 }'],
  ['a chain of type tags', '*@user @rcu int'],
  ['a struct that refers to itself', 'struct list { next: *struct list, n: int }'],
  ['structs that refer to each other', 'struct a { b: *struct b }; struct b { a: *struct a }'],
  ['tags', 'struct s { a: int }; tag t -1 struct s; tag t 0 struct s; tag u -1 struct s'],
  ['other order', 'int; char; *char; struct s { a: int }', 'struct s { a: int }; *char; int'],
  ['a forward declaration', 'struct s { a: int }; *struct s', '*struct s'],
  ['of a union', 'union u { a: int }; *union u', '*union u'],
  ['of an enum', 'enum e { A = 1 }; *enum e', '*enum e'],
  ['of a wide enum', 'enum64 e { A = 1 }; *enum64 e', '*enum64 e'],
  ['of a wide enum as a narrow one', 'enum64 e { A = 1 }; *enum64 e', '*enum e'],
  ['of a narrow enum as a wide one', 'enum e { A = 1 }; *enum e', '*enum64 e'],
  ['an enum that is only announced', '*enum e', '*enum64 e'],
  ['a struct that is only announced', '*struct s'],
  ['void', '*void; *fn() void'],
];

test.each(equal)('%s: once', (_, text, other = text) => {
  const one = declare(text);
  for (const inputs of [
    [one, declare(other)],
    [declare(other), one],
  ]) {
    const { btf, ids } = merge(inputs);
    expect(titles(btf).sort()).toEqual(titles(one).sort());
    expect(ids[0]).not.toContain(undefined);
    expect(new Set([...ids[0]!, ...ids[1]!]).size).toBe(one.typeCount + 1);
  }
});

/** Two types that C would take for different ones, or that the loader must be able to tell apart. */
const different: readonly [what: string, text: string, other: string][] = [
  ['name of an int', 'int', 'long'],
  ['target of a typedef', 'typedef t int', 'typedef t long'],
  ['name of a typedef', 'typedef t int', 'typedef u int'],
  ['length of an array', '[3]int', '[4]int'],
  ['element of an array', '[3]int', '[3]char'],
  ['parameter', '*fn(a: int) void', '*fn(a: char) void'],
  ['name of a parameter', '*fn(a: int) void', '*fn(b: int) void'],
  ['number of parameters', '*fn(a: int) void', '*fn(a: int, b: int) void'],
  ['result', '*fn() void', '*fn() int'],
  ['name of a struct', 'struct s { a: int }', 'struct t { a: int }'],
  ['struct or union', 'struct s { a: int }', 'union s { a: int }'],
  ['name of a member', 'struct s { a: int }', 'struct s { b: int }'],
  ['type of a member', 'struct s { a: int }', 'struct s { a: char }'],
  ['number of members', 'struct s { a: int }', 'struct s { a: int, b: int }'],
  ['bits of a member', 'struct s { a: int : 3 }', 'struct s { a: int : 4 }'],
  ['bit-field or not', 'struct s { a: int }', 'struct s { a: int : 32 }'],
  ['inside of a struct without a name', '*struct { a: int }', '*struct { a: char }'],
  ['deep inside', 'struct s { a: *fn(b: *const int) int }', 'struct s { a: *fn(b: *int) int }'],
  ['value of an enumerator', 'enum e { A = 1 }', 'enum e { A = 2 }'],
  ['name of an enumerator', 'enum e { A = 1 }', 'enum e { B = 1 }'],
  ['width of an enum', 'enum e { A = 1 }', 'enum64 e { A = 1 }'],
  ['type tag', '*@user int', '*@rcu int'],
  ['order of type tags', '*@user @rcu int', '*@rcu @user int'],
  ['forward declarations', '*struct s', '*union s'],
  ['forward declaration of a union', 'struct s { a: int }', '*union s'],
];

test.each(different)('%s: two types', (_, text, other) => {
  const { btf, ids } = mergeTexts(text, other);
  expect(ids[1]![1]).not.toBe(ids[0]![1]);
  expect(dedupBtf(btf).typeCount).toBe(btf.typeCount);
});

test('tags differ in text, target and component', () => {
  const { btf } = mergeTexts(
    'struct s { a: int, b: int }; tag t -1 struct s; tag t 0 struct s',
    'struct s { a: int, b: int }; tag t 1 struct s; tag u 0 struct s',
    'struct r { a: int, b: int }; tag t 0 struct r',
  );
  expect(titles(btf).filter((title) => title.startsWith('declaration'))).toHaveLength(5);
});

test.each([
  ['an enum', KIND.ENUM, [1, 5]],
  ['a type tag', KIND.TYPE_TAG, []],
] as const)('the kind flag of %s counts', (_, kind, entries) => {
  const one = (flag: boolean) =>
    table((name) => [[name('x'), info(kind, entries.length / 2, flag), 0, ...entries]]);
  expect(merge([one(false), one(true)]).btf.typeCount).toBe(2);
  expect(merge([one(true), one(true)]).btf.typeCount).toBe(1);
});

test('a type that is twice in one table', () => {
  const { btf, ids } = merge([
    table((name) => [
      [0, info(KIND.PTR), 2],
      [name('s'), info(KIND.STRUCT, 1), 8, name('a'), 3, 0],
      [0, info(KIND.PTR), 4],
      [name('s'), info(KIND.STRUCT, 1), 8, name('a'), 1, 0],
    ]),
  ]);
  expect(titles(btf)).toEqual(['pointer', "struct 's'"]);
  expect([...ids[0]!]).toEqual([0, 1, 2, 1, 2]);
});

test('two structs of one name in one table', () => {
  const both = table((name) => [
    [name('s'), info(KIND.STRUCT, 1), 8, name('a'), 3, 0],
    [name('s'), info(KIND.STRUCT, 1), 8, name('b'), 4, 0],
    [0, info(KIND.PTR), 1],
    [0, info(KIND.PTR), 2],
  ]);
  expect(merge([both, both]).btf.typeCount).toBe(4);
});

test('a cycle through three tables leaves no forward declaration', () => {
  const { btf } = mergeTexts(
    'struct a { b: *struct b }',
    'struct b { c: *struct c }',
    'struct c { a: *struct a }',
  );
  expect(namedTypes(btf)).toEqual(["struct 'a'", "struct 'b'", "struct 'c'"]);
  expect(btf.typeCount).toBe(6);
});

test('structs of one name with different bodies make those different that lead to them', () => {
  const header =
    'struct queue { head: *struct event, n: int }; typedef q *struct queue; *fn(a: q) int';
  const { inputs, ids } = mergeTexts(
    `struct event { pid: int }; ${header}`,
    `struct event { name: *char }; ${header}`,
    `struct event { pid: int }; ${header}`,
  );
  const find = (file: number, what: string) => ids[file]![titles(inputs[file]!).indexOf(what) + 1]!;
  for (const what of ["struct 'event'", "struct 'queue'", "typedef 'q'", 'function prototype']) {
    expect(find(0, what)).toBe(find(2, what));
    expect(find(0, what)).not.toBe(find(1, what));
  }
  expect(find(0, "int 'int'")).toBe(find(1, "int 'int'"));
});

test('a difference at the end of a long chain of structs', () => {
  const chain = Array.from({ length: 500 }, (_, i) => `struct s${i} { next: *struct s${i + 1} }`);
  const file = (last: string) => [...chain, `struct s500 { ${last}: int }`].join(';');
  const { btf } = mergeTexts(file('a'), file('b'), file('a'));
  expect(btf.typeCount).toBe(2 * 1001 + 1);
});

test('types stand in the order of their first appearance, and a merged table stays as it is', () => {
  const { btf } = mergeTexts(
    'char; *struct later; int',
    'long; int; struct later { a: int }; *char',
    '*long; struct later { a: int }',
  );
  expect(titles(btf)).toEqual([
    "int 'char'",
    'pointer',
    "int 'int'",
    "int 'long'",
    "struct 'later'",
    'pointer',
    'pointer',
  ]);
  expect(merge([btf]).btf).toEqual(btf);
  expect(merge([btf, btf]).btf).toEqual(btf);
});

test('no strings remain of what was merged away', () => {
  const { btf } = mergeTexts('struct s { a: int }', 'struct s { a: int }; *struct s');
  expect(new TextDecoder().decode(btf.strings.bytes)).toBe('\0s\0a\0int\0');
});

test('declarations and what tags them are left out', () => {
  const btf = table((name) => [
    [0, info(KIND.FUNC_PROTO), 0],
    [name('f'), info(KIND.FUNC, 1), 1],
    [name('v'), info(KIND.VAR), 7, 1],
    [name('.data'), info(KIND.DATASEC, 1), 4, 3, 0, 4],
    [name('t'), info(KIND.DECL_TAG), 2, 0xffffffff],
    [name('t'), info(KIND.DECL_TAG), 3, 0xffffffff],
    [name('int'), info(KIND.INT), 4, 0x20],
  ]);
  const merged = merge([btf]);
  expect(titles(merged.btf)).toEqual(['function prototype', "int 'int'"]);
  expect([...merged.ids[0]!]).toEqual([0, 1, 0, 0, 0, 0, 0, 2]);
});

test('no tables, and an empty one', () => {
  expect(merge([]).btf.typeCount).toBe(0);
  expect(merge([declare('')]).btf.typeCount).toBe(0);
});

test('structs without names that lead to themselves', () => {
  const self = table((name) => [
    [name('int'), info(KIND.INT), 4, 0x20],
    [0, info(KIND.STRUCT, 2), 16, name('next'), 3, 0, name('n'), 1, 64],
    [0, info(KIND.PTR), 2],
    [0, info(KIND.CONST), 3],
  ]);
  const unrolled = table((name) => [
    [name('int'), info(KIND.INT), 4, 0x20],
    [0, info(KIND.PTR), 3],
    [0, info(KIND.STRUCT, 2), 16, name('next'), 4, 0, name('n'), 1, 64],
    [0, info(KIND.PTR), 5],
    [0, info(KIND.STRUCT, 2), 16, name('next'), 2, 0, name('n'), 1, 64],
  ]);
  const other = table((name) => [
    [0, info(KIND.STRUCT, 2), 16, name('next'), 2, 0, name('last'), 2, 64],
    [0, info(KIND.PTR), 1],
  ]);
  expect(merge([self]).btf).toEqual(self);
  expect(merge([self, unrolled]).btf).toEqual(self);
  expect(merge([self, unrolled, other]).btf.typeCount).toBe(6);
});

test('a chain of references as long as a table can be is no matter', () => {
  const length = 200_000;
  const chain = (down: boolean) =>
    table((name) => {
      const int = [name('int'), info(KIND.INT), 4, 0x20];
      const pointers = Array.from({ length }, (_, i) => [0, info(KIND.PTR), down ? i + 1 : i + 2]);
      return down ? [int, ...pointers] : [...pointers, int];
    });
  expect(merge([chain(true), chain(false)]).btf.typeCount).toBe(length + 1);
});
